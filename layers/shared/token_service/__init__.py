"""Token rules, their store and their wire formats, shared by every function of the deployment.

domain/   the rules: who may get, ask about, use and end a token (no AWS, no HTTP, no clock)
store/    how DynamoDB and Secrets Manager keep what the domain names
wire/     one module a dialect, and the shapes in which AWS calls us
runtime   the composition root: environment -> settings -> store -> services
"""
