// dynalite on a free loopback port, which is the one line that it prints. Its options are the first
// argument, as JSON; with `delayMs` every call waits so long first, as on its way through a network.
// It ends with its standard input, so that it never outlives who started it.
import dynalite from 'dynalite'

const { delayMs, ...options } = JSON.parse(process.argv[2])
const server = dynalite(options)
server.keepAliveTimeout = 0 // DynamoDB keeps idle connections for minutes, Node.js for five seconds
if (delayMs) {
  const [answer] = server.listeners('request')
  server.off('request', answer)
  server.on('request', (...call) => setTimeout(answer, delayMs, ...call))
}
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().on('end', () => process.exit())
