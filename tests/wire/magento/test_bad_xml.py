"""XML made to harm its reader: one sentence, and hardly any work."""

import time

import pytest

from tests.wire.magento.world import (
    CUSTOMER,
    CUSTOMER_PASSWORD,
    CUSTOMER_TOKEN,
    DECODING,
    XML,
    World,
    told,
)

LOGIN = f"<username>{CUSTOMER}</username><password>{CUSTOMER_PASSWORD}</password>"
GOOD = f"<login>{LOGIN}</login>"
BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><login><username>&i;</username></login>"
)
HARMFUL: dict[str, str | bytes] = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><username>&x;</username></a>',
    "external entity over HTTP": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]><a>&x;</a>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]><a/>',
    "external DTD": '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>',
    "harmless DOCTYPE": f"<!DOCTYPE login>{GOOD}",
    "internal entity": f'<!DOCTYPE a [<!ENTITY x "y">]>{GOOD}',
    "entity bomb": BOMB,
    "quadratic blow-up": f'<!DOCTYPE a [<!ENTITY x "{"x" * 30_000}">]><a>{"&x;" * 10_000}</a>',
    "undeclared entity": "<a><username>&x;</username></a>",
    "deep": "<a>" * 20_000,
    "deep and closed": "<a>" * 9_000 + "</a>" * 9_000,
    "a hundred thousand levels": "<a>" * 100_000 + "</a>" * 100_000,
    "deep beside a good login": f"<login>{LOGIN}{'<a>' * 300}{'</a>' * 300}</login>",
    "many elements beside a good login": f"<login>{LOGIN}{'<a/>' * 10_000}</login>",
    "a long namespace many times": f'<login xmlns="{"x" * 30_000}">{"<a/>" * 8_000}</login>',
    "UTF-16": GOOD.encode("utf-16"),
    "UTF-16 without a mark": GOOD.encode("utf-16-le"),
    "UTF-16 declared": f'<?xml version="1.0" encoding="UTF-16"?>{GOOD}',
    "UTF-16, declared": f'<?xml version="1.0" encoding="UTF-16"?>{GOOD}'.encode("utf-16"),
    "UTF-32": GOOD.encode("utf-32"),
    "UTF-7 declared": f'<?xml version="1.0" encoding="UTF-7"?>{GOOD}',
    "latin-1 declared": f'<?xml version="1.0" encoding="ISO-8859-1"?>{GOOD}',
    "latin-1 declared in single quotes": f"<?xml version='1.0' encoding='latin1'?>{GOOD}",
    "latin-1": "<a><username>\u00e9</username></a>".encode("latin-1"),
    "EBCDIC": f'<?xml version="1.0" encoding="cp037"?>{GOOD}'.encode("cp037"),
    "an unknown encoding": f'<?xml version="1.0" encoding="x"?>{GOOD}',
    "no encoding": f'<?xml version="1.0" encoding=""?>{GOOD}',
    "a declaration too late": f' <?xml version="1.0"?>{GOOD}',
    "NUL": "<a><username>\0</username></a>",
    "a control character": "<a><username>\x08</username></a>",
    "a lone surrogate": b"<a><username>\xed\xa0\x80</username></a>",
    "not closed": GOOD[:-1],
    "two roots": GOOD * 2,
    "no root": "<!-- nothing -->",
    "only a declaration": '<?xml version="1.0"?>',
    "text": "roni",
    "JSON": "{}",
    "an attribute twice": '<a><username x="1" x="2"/></a>',
    "an undeclared prefix": "<soap:a/>",
    "many attributes": f"<a {' '.join(f'a{n}=""' for n in range(7_000))}",
    "megabytes of text": f"<a><username>{'x' * 5_000_000}</username></a>",
    "larger than any login": f"<a><username>{'x' * 65_536}</username></a>",
}


@pytest.mark.parametrize("body", HARMFUL.values(), ids=HARMFUL)
def test_harmful_xml_is_a_decoding_error(world: World, body: str | bytes) -> None:
    """'Decoding error.', no attempt counted, and well under 50 ms of processor time."""
    before = time.process_time()
    answer = world.post(CUSTOMER_TOKEN, body, XML)
    spent = time.process_time() - before
    assert told(answer) == (400, DECODING)
    assert spent < 0.05
    assert not world.service.failures.by_key


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "Utf-8"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_right_declaration_is_read(world: World, encoding: str, quote: str) -> None:
    """UTF-8 may be declared in any case and in either quotes."""
    declaration = f"<?xml version={quote}1.0{quote} encoding={quote}{encoding}{quote}?>"
    assert world.post(CUSTOMER_TOKEN, f"{declaration}\n{GOOD}", XML).status == 200


def test_not_quite_harmful(world: World) -> None:
    """As deep as Magento's own parser goes, and hundreds of unknown elements, are read."""
    body = f"<login>{'<a>' * 200}{'</a>' * 200}{'<b/>' * 500}{LOGIN}</login>"
    assert world.post(CUSTOMER_TOKEN, body, XML).status == 200
