"""The few AWS operations that this service calls, over plain signed HTTP.

boto3 does far more and costs for it: five times the CPU a call and most of a cold start
(docs/performance.md, docs/decisions.md). Requests and answers are those of AWS's own JSON
protocols, under the names that boto3 has for them.
"""
