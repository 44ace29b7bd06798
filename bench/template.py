"""What a SAM template gives its functions: enough of CloudFormation to read one without AWS."""

import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloudformation import read_template

_PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::NoValue": None,
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackName": "token-service",
    "AWS::URLSuffix": "amazonaws.com",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """A function as a template declares it: its code's folder, its handler, its variables."""

    folder: Path
    handler: str
    variables: Mapping[str, str]


class Template:
    """A template with parameters filled in; a resource's Ref is its own logical id."""

    def __init__(
        self, path: Path, parameters: Mapping[str, str], attributes: Mapping[str, str]
    ) -> None:
        """`parameters` in place of their defaults.

        `attributes` are what `!GetAtt` gives, by its argument. For any other it is the resource's
        property of that name, as our custom resources have it, or else the argument itself.
        """
        self._path = path
        self._document = read_template(path)
        self._parameters = parameters
        self._attributes = attributes

    def with_parameters(self, **parameters: str) -> "Template":
        """The same template with some parameters changed."""
        changed = copy(self)
        changed._parameters = {**self._parameters, **parameters}  # noqa: SLF001 - our own class
        return changed

    def function(self, name: str) -> Declared:
        """The function of this logical id."""
        of_all = self._document.get("Globals", {}).get("Function", {})
        own = self._document["Resources"][name]["Properties"]
        variables = {
            variable: self.value(value)
            for declared in (of_all, own)
            for variable, value in declared.get("Environment", {}).get("Variables", {}).items()
        }
        return Declared(
            folder=self._path.parent / own["CodeUri"],
            handler=own.get("Handler") or of_all["Handler"],
            variables={name: str(value) for name, value in variables.items() if value is not None},
        )

    def layer(self, name: str) -> Path:
        """The folder of the layer of this logical id."""
        return self._path.parent / str(
            self._document["Resources"][name]["Properties"]["ContentUri"]
        )

    def value(self, node: Any) -> Any:  # noqa: ANN401 - any value of a template
        """What CloudFormation makes of a value; None where it would leave the value out.

        Raises:
            NotImplementedError: it holds a function that this does not know.

        """
        if isinstance(node, list):
            return [self.value(member) for member in node]
        if not isinstance(node, dict):
            return node
        [(function, argument)] = node.items()
        known: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self._condition,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": lambda text: re.sub(r"\$\{(.+?)\}", lambda m: str(self._ref(m[1])), text),
            "Fn::Join": lambda parts: parts[0].join(self.value(parts[1])),
            "Fn::If": lambda parts: self.value(parts[1 if self._condition(parts[0]) else 2]),
            "Fn::Equals": lambda parts: self.value(parts[0]) == self.value(parts[1]),
            "Fn::Not": lambda parts: not self.value(parts[0]),
            "Fn::And": lambda parts: all(self.value(part) for part in parts),
            "Fn::Or": lambda parts: any(self.value(part) for part in parts),
        }
        if function not in known:
            raise NotImplementedError(function)
        return known[function](argument)

    def _ref(self, name: str) -> Any:  # noqa: ANN401 - text, a list of texts, or None
        if name in _PSEUDO:
            return _PSEUDO[name]
        declared = self._document["Parameters"].get(name)
        if declared is None:
            return name
        text = self._parameters.get(name, str(declared.get("Default", "")))
        return text.split(",") if declared["Type"] == "CommaDelimitedList" else text

    def _condition(self, name: str) -> bool:
        return bool(self.value(self._document["Conditions"][name]))

    def _attribute(self, path: list[str]) -> Any:  # noqa: ANN401 - as `value`
        argument = ".".join(path)
        if argument in self._attributes:
            return self._attributes[argument]
        resource, attribute = path
        properties = self._document["Resources"][resource]["Properties"]
        return self.value(properties.get(attribute, argument))
