// dynalite on a free loopback port, which is the one line that it prints. Its options are the first
// argument, as JSON. It ends with its standard input, so that it never outlives who started it.
import dynalite from 'dynalite'

const server = dynalite(JSON.parse(process.argv[2]))
server.keepAliveTimeout = 0 // DynamoDB keeps idle connections for minutes, Node.js for five seconds
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().on('end', () => process.exit())
