"""The plain text of HTML: what its reader sees, in the order and the lines in which they see it."""

import pytest

from channels.email.parse import parse_mail


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('<div style="display:none">preheader</div><p>a</p>', "a"),
        ('<div style="display: none !important; max-height:0">pre<div>inner</div></div><p>a</p>', "a"),
        ('<span style="font-size:0">pre</span><p>a</p>', "a"),
        ('<div style="max-height:0;overflow:hidden">pre</div><p>a</p>', "a"),
        ('<div style="visibility:hidden">pre</div>a', "a"),
        ("<div hidden>pre</div>a", "a"),
        ('<div style="mso-hide:all">pre</div>a', "a"),
        ('<div style="display:none">pre<br>x<img src=a></div>a', "a"),
        ('<p style="display:none">x<p>a', "a"),
        ("<style>p{}</style>a<script>b</script>", "a"),
        ("<!-- x --><!--[if mso]><p>mso</p><![endif]-->a", "a"),
        ("<![if !mso]><p>a</p><![endif]>", "a"),
        ("a&nbsp;b&amp;c&lt;d", "a b&c<d"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("a<br><br>b", "a\n\nb"),
        ("a<br>\nb", "a\nb"),
        ("<p>a<br></p><p>b</p>", "a\n\nb"),
        (
            "<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>",
            "a\n\nb",
        ),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ('<ol><li value="5">a</li><li>b</li></ol>', "5. a\n6. b"),
        ("<ul><li>a<br>b</li></ul>", "- a\n  b"),
        ("x<ul><li>a</ul>y", "x\n\n- a\n\ny"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\tb"),
        ("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a\n\nb"),
        ("<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>", "x"),
        ("<table><tr><td></td><td>b</td></tr></table>", "b"),
        ("<table><tr><th>Ürün</th><th>Adet</th></tr><tr><td>Kalem</td><td>2</td></tr></table>", "Ürün\tAdet\nKalem\t2"),
        ('<a href="https://a.example">a</a>', "a <https://a.example>"),
        ('<a href="https://a.example/">https://a.example</a>', "https://a.example"),
        ('<a href="#x">a</a>', "a"),
        ('<a href="javascript:x">a</a>', "a"),
        ('<a name="x">a</a>', "a"),
        ('<a href="mailto:mia@x.example">mia@x.example</a>', "mia@x.example"),
        ('<a href="mailto:mia@x.example?subject=x">mia@x.example</a>', "mia@x.example"),
        ('<a href="https://a.example"><img src="x" alt="Logo"></a>', "[Logo] <https://a.example>"),
        ('<a href="https://a.example"><img src="x"></a>z', "<https://a.example>z"),
        ('<a href="https://a.example/?a=1&amp;b=2">a</a>', "a <https://a.example/?a=1&b=2>"),
        ('<a href="https://a.example"><div>button</div></a>', "button <https://a.example>"),
        ('<a href="HTTP://A.example">A.example</a>', "A.example"),
        ('<a href="https://a.example">www.a.example</a>', "www.a.example <https://a.example>"),
        ("<h1>T</h1><p>a</p>", "T\n\na"),
        ("<b>a</b><i>b</i>c", "abc"),
        ("<b>a</b> <i>b</i>", "a b"),
        ("a <b> b</b>", "a b"),
        ("<pre>a\n\n  b</pre>", "a\n\n  b"),
        ("<textarea>x</textarea>a", "a"),
        ("<p>a</p><hr><p>b</p>", "a\n\nb"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n\n> > b\n\nc"),
        ("a<wbr>b&shy;c", "ab\xadc"),
        ("a&zwnj;b&#8203;c", "a\u200cb\u200bc"),
        ("<p>a&#847;&zwnj; &#847;</p>", "a\u034f\u200c \u034f"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\nb"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<title>T</title>a", "a"),
        ("<font color=red>a</font>", "a"),
        ("<details><summary>s</summary>d</details>", "s\nd"),
        ("<p>a\n b\t c</p>", "a b c"),
        ("<center>a</center>b", "a\nb"),
        ("a<sup>2</sup>", "a2"),
        ("<s>a</s><del>b</del>", "ab"),
        ("unclosed <p>a <b>b", "unclosed\n\na b"),
        ("a < b and c > d", "a < b and c > d"),
        ("x<br/>&nbsp;<br/>y", "x\n\ny"),
        ("<img src=cid:x width=1 height=1>a", "a"),
        ('<div style="color:#fff">a</div>', "a"),
        ("<section><article>a</article></section>b", "a\nb"),
        ("<main>a</main><nav>b</nav><aside>c</aside>", "a\nb\nc"),
        ('<!DOCTYPE html><html><head><title>x</title></head><body bgcolor="x">a</body></html>', "a"),
    ],
)
def test_the_text_is_what_is_seen(source: str, text: str) -> None:
    assert parse_mail(f"Content-Type: text/html; charset=utf-8\n\n{source}".encode()).text == text


def test_what_is_hidden_is_read_where_there_is_nothing_else() -> None:
    assert parse_mail(b'Content-Type: text/html\n\n<div style="display:none">a</div>').text == "a"


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ('<div style="display:none">a</div>', '<div style="display:none">a</div>'),
        ('<div style="background:url(x)">a</div>', "<div>a</div>"),
        ('<p style="width:expression(1)">a</p>', "<p>a</p>"),
        ('<p style="position:fixed">a</p>', '<p style="">a</p>'),
        ('<img srcset="http://x 1x" src="cid:a">', '<img src="cid:a">'),
        ('<img src="https://x/a.png?b=1&c=2" alt=Logo>', '<img data-remote="https://x/a.png?b=1&amp;c=2" alt="Logo">'),
        ('<img src="HTTP://x/a" width="100">', '<img data-remote="HTTP://x/a" width="100">'),
        ('<img data-remote="http://x">', "<img>"),
        ('<img src="//x/a.png"><img src="/a.png"><img src="data:image/png;base64,AA">', "<img><img><img>"),
        ('<img src="http://x/t.gif" width=1 height=1>', '<img width="1" height="1">'),
        ('<img src="http://x/t" style="height: 0px">', '<img style="height:0px">'),
        ('<img src="http://x/t" style="display:none">', '<img style="display:none">'),
        ('<img src="http://x/t" style="line-height:1">', '<img data-remote="http://x/t" style="line-height:1">'),
        (
            '<p title="<img src=http://x>">&lt;img src="remote:a"',
            '<p title="&lt;img src=http://x&gt;">&lt;img src="remote:a"</p>',
        ),
        ('<table background="http://x"><tr><td>a', "<table><tbody><tr><td>a</td></tr></tbody></table>"),
        ('<body background="http://x">a', "a"),
        ("<video src=x></video><svg><a xlink:href=x></a></svg>a", "a"),
        ("<p id=x class=y name=z onclick=x>a", "<p>a</p>"),
    ],
)
def test_html_is_made_safe(source: str, kept: str) -> None:
    assert parse_mail(f"Content-Type: text/html\n\n{source}".encode()).html == kept
