"""Odd texts, headers and bodies, as browsers, scanners and broken programs send them."""

FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_LONG = "a" * 9000
METHODS = ("GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "ODD")
TEXTS = (
    *("", " ", "\0", "a\0b", "\ud800", "\ufeff", "\u202e", "é" * 5000, "x\r\ny: z"),
    *("1" * 5000, "-1", "1e309", "NaN", "²", "٣", "9" * 30, "2026-02-30", "[]", "{}", "null"),
    *("<b>", "=1+1", "../..", "%", "%zz", "http://[::1", "//example.org", "javascript:1"),
)
HEADERS = (
    *(
        {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": url}
        for url in ("http://[::1", "", "//", "http://x:99999/", _LONG)
    ),
    *({"HTTP_HX_CURRENT_URL": "%ff%00", "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": is_so} for is_so in ("true", "x")),
    *({"HTTP_HOST": host} for host in ("[::1", "", "a" * 300, "evil.example", "127.0.0.1:x", "localhost:99999")),
    *({"HTTP_ORIGIN": url, "HTTP_REFERER": url} for url in ("null", "http://[::1", "", _LONG, "http://evil.example/")),
    *(
        {"HTTP_COOKIE": cookie}
        for cookie in ("sessionid=\x01; csrftoken=x", "participant=a:b:c; evaluator=;;=", "=" * 5000)
    ),
    *({"HTTP_ACCEPT_LANGUAGE": languages} for languages in ("*;q=x", _LONG, "de-\xe9")),
    *({"REMOTE_ADDR": ip, "HTTP_X_FORWARDED_FOR": ip} for ip in ("", "::1%eth0", "x", "::ffff:1.2.3.4")),
    *({"HTTP_RANGE": ranges} for ranges in ("bytes=0-", "bytes=9-1", "x")),
    *(
        {"HTTP_IF_MODIFIED_SINCE": text, "HTTP_IF_NONE_MATCH": text}
        for text in ("x", "\xe9", "Mon, 99 Foo 2026 99:99:99 GMT")
    ),
)
BODIES = (
    (f"{FORM}; charset=latin-1", b"a=1"),
    (f"{FORM}; charset=utf-7", b"a=1"),
    (f"{FORM}; charset=", b"a=\xff"),
    (FORM, b"\xff\x00=%ff"),
    (FORM, b"&".join(b"a%d=1" % number for number in range(1100))),
    (_MULTIPART, b"x"),
    (f"{_MULTIPART}; boundary=", b"--"),
    (f"{_MULTIPART}; boundary=\xe9", b"--x"),
    (f"{_MULTIPART}; boundary=x", b'--x\r\nContent-Disposition: form-data; name="\xff"; filename=""\r\n\r\n1\r\n--x'),
    (f"{_MULTIPART}; boundary={'x' * 300}", b"--"),
    (f"{_MULTIPART}; boundary=x", b"--x\r\n" * 1100),
    (
        f"{_MULTIPART}; boundary=x; charset=zlib_codec",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
    ),
    (
        f"{_MULTIPART}; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n%%%\r\n--x--",
    ),
    ("text/plain", b"a=1"),
    ("", b"a=1"),
    *((_JSON, body) for body in (b"", b"\xff", b"{", b"[]", b"null", b'{"answer": NaN}', b"[" * 5000)),
    (_JSON, b'{"answer": "\\ud800", "key": 1e999}'),
    (
        _JSON,
        b'{"answer": {"choice": [], "confidence": {}, "utterance_number": -1e9}, "clocks": {"elapsed": "x"}, "key": null}',
    ),
    (
        _JSON,
        b'{"answer": {"choice": "first", "utterance_number": 99999999999999999999}, "clocks": [], "key": "\\u0000"}',
    ),
    (
        _JSON,
        b'{"answer": {"choice": "\\u0000", "utterance_side": 7}, "clocks": {"active": 1e400, "hidden": -5}, "key": "k"}',
    ),
)
