"""What all scheduled functions have in common."""

import boto3

from local.stack import LocalStack


def assert_hourly(stack: LocalStack, aws: boto3.Session, output: str) -> None:
    """One enabled schedule calls the function of this output hourly; failures go to a queue."""
    schedules = aws.client("scheduler", endpoint_url=stack.endpoint_url)
    found = [
        schedules.get_schedule(Name=summary["Name"], GroupName=summary["GroupName"])
        for summary in schedules.list_schedules()["Schedules"]
    ]
    arn_end = f":function:{stack.outputs[output]}"
    (schedule,) = (one for one in found if one["Target"]["Arn"].endswith(arn_end))
    assert (schedule["State"], schedule["ScheduleExpression"]) == ("ENABLED", "rate(1 hour)")
    queues = aws.client("sqs", endpoint_url=stack.endpoint_url)
    arns = {
        queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        for url in queues.list_queues()["QueueUrls"]
    }
    assert schedule["Target"]["DeadLetterConfig"]["Arn"] in arns
