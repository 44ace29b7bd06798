"""The operator's command line: clients, tokens and the sweep of one deployment.

It finds a deployment by the name of its stack and works on its tables with the caller's own AWS
permissions, through the very rules that the functions run.
"""
