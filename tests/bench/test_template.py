"""What a template gives its functions."""

from pathlib import Path

import pytest

from bench.report import ROOT
from bench.template import Template

TEMPLATE = """
Parameters:
  Names: {Type: CommaDelimitedList, Default: "8,12"}
  Address: {Type: String, Default: ""}
Conditions:
  HasAddress: !Not [!Equals [!Ref Address, ""]]
Globals:
  Function:
    Handler: handler.lambda_handler
    Environment: {Variables: {LEVEL: INFO, OWN: everybody}}
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {}}
  Check: {Type: Custom::Check, Properties: {Documents: !Join ["+", !Ref Names]}}
  Ask:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/ask
      Environment:
        Variables:
          OWN: ask
          TABLE: !Ref Table
          NAMES: !Join [",", !Ref Names]
          ADDRESS: !If [HasAddress, !Ref Address, !Sub "https://${Api}.${AWS::Region}"]
          LEFT_OUT: !If [HasAddress, given, !Ref AWS::NoValue]
          DOCUMENTS: !GetAtt Check.Documents
          SINCE: !GetAtt Check.Since
"""


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """One function, with a variable of each kind."""
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, "utf-8")
    return Template(path, {"Names": "1,2"}, {"Check.Since": "77"})


def test_a_function_sees_its_own_variables_over_those_of_all(template: Template) -> None:
    """Each value is what CloudFormation would make of it, and what it leaves out is not there."""
    assert template.function("Ask").variables == {
        "LEVEL": "INFO",
        "OWN": "ask",
        "TABLE": "Table",
        "NAMES": "1,2",
        "ADDRESS": "https://Api.us-east-1",
        "DOCUMENTS": "1+2",
        "SINCE": "77",
    }


def test_parameters_can_be_changed_for_one_look(template: Template) -> None:
    """What depends on them changes with them; the template itself stays as it was."""
    changed = template.with_parameters(Address="https://here").function("Ask").variables
    assert changed["ADDRESS"] == "https://here"
    assert changed["LEFT_OUT"] == "given"
    assert changed["NAMES"] == "1,2"
    assert "LEFT_OUT" not in template.function("Ask").variables


def test_the_real_template_is_understood() -> None:
    """No function's variables need anything that is not known here."""
    template = Template(ROOT / "template.yaml", {"Issuer": "https://auth.example"}, {})
    issue = template.function("IssueFunction")
    assert issue.variables["ISSUER"] == issue.variables["AUDIENCE"] == "https://auth.example"
    assert issue.handler == "handler.lambda_handler"
    assert issue.folder == ROOT / "functions/issue"
