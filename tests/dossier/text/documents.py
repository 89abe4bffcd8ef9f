"""Documents of other kinds than plain text, made for the tests."""

import io
import zipfile

BODY = "The envoy said that the lake would stay open to both banks this year. "


PAGE = f"""<html><head><meta charset="utf-8"><title>Lake stays open</title></head><body><nav>Menu</nav><article>
<h1>Lake stays open</h1><p>{BODY * 3}</p><p>\u201cWe are there,\u201d he said. {BODY}</p></article>
<script>alert(1)</script></body></html>"""


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx_of(body, core=""):
    """A DOCX file with that WordprocessingML in its body; `w:` and `mc:` are declared."""
    declared = f'xmlns:w="{W}" xmlns:mc="urn:mc" xmlns:v="urn:v"'
    members = [("word/document.xml", f"<w:document {declared}><w:body>{body}</w:body></w:document>")]
    return zipped(members + ([("docProps/core.xml", core)] if core else []))


def run(text, tag="t"):
    """A run of text."""
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def para(*runs):
    """A paragraph."""
    return f"<w:p>{''.join(runs)}</w:p>"


def docx_bytes(*paragraphs):
    """A DOCX file of paragraphs and a table of two cells."""
    cells = "".join(f"<w:tc>{para(run(word))}</w:tc>" for word in ("left", "right"))
    return docx_of("".join(para(run(text)) for text in paragraphs) + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")


def pdf_bytes(text):
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % xref


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()
