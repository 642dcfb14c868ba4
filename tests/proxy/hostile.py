# SPDX-License-Identifier: Apache-2.0
"""Requests that no honest client sends, in bytes: rows of (name, bytes, status). The status is what the server itself says.
Where one request could be read as two, the second asks for /hidden."""

HOST = b"Host: localhost\r\n"
GET = b"GET /front HTTP/1.1\r\n" + HOST
POST = b"POST /front HTTP/1.1\r\n" + HOST
HIDDEN = b"GET /hidden HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CONTROLS = [bytes([c]) for c in [*range(0x01, 0x09), 0x0b, 0x0c, *range(0x0e, 0x20), 0x7f]]
HIGH = [b"\x80", b"\xa0", b"\xc3\xa4", b"\xff"]


def shown(piece):
    return repr(piece)[2:-1]


def request_lines():
    rest = b"\r\n" + HOST + b"\r\n"
    for piece in [*CONTROLS, *HIGH, b"\x00", b"\t", *[bytes([c]) for c in b"\"(),/:;<=>?@[\\]{}"]]:
        yield f"method with {shown(piece)}", b"G" + piece + b"T /front HTTP/1.1" + rest, 400
    for piece in [*CONTROLS, *HIGH, b"\x00", b"\t", b"\"", b"<", b">", b"#", b"[", b"]", b"{", b"}", b"|", b"^", b"`", b"\\"]:
        yield f"path with {shown(piece)}", b"GET /front" + piece + b" HTTP/1.1" + rest, 400
    for piece in [*CONTROLS, *HIGH, b"\x00", b"\t", b"\"", b"<", b">", b"#"]:
        yield f"query with {shown(piece)}", b"GET /front?a=" + piece + b" HTTP/1.1" + rest, 400
    for version in [b"HTTP/1.1x", b"HTTP/1.", b"HTTP/11", b"HTTP/1.10", b"HTTP/0.9", b"HTTP/01.1", b"HTTP/1", b"HTTP", b"http/1.1", b"Http/1.1", b"HTTPS/1.1", b"HTTP/ 1.1",
                    b"HTTP /1.1", b"HTTP/1,1", b"HTTP/+1.1", b"HTTP/1.-1", b"HTTP/1.1\x00", b"HTTP/1.1;", b"XTTP/1.1", b"HTTP\\1.1", b"1.1", b"HTTP/1.x", b"HTTP/\xd9\xa1.1"]:
        yield f"version {shown(version)}", b"GET /front " + version + rest, 505 if version == b"HTTP/0.9" else 400
    for version in [b"HTTP/2.0", b"HTTP/1.2", b"HTTP/1.9", b"HTTP/3.0", b"HTTP/9.9", b"HTTP/0.0"]:
        yield f"version {shown(version)}", b"GET /front " + version + rest, 505
    for name, line in {
        "no version": b"GET /front", "no target": b"GET HTTP/1.1", "method alone": b"GET", "nothing but blanks": b"   ", "two blanks before the target": b"GET  /front HTTP/1.1",
        "two blanks behind the target": b"GET /front  HTTP/1.1", "blank at the end": b"GET /front HTTP/1.1 ", "blank before": b" GET /front HTTP/1.1", "tab before": b"\tGET /front HTTP/1.1",
        "tabs between": b"GET\t/front\tHTTP/1.1", "no blank": b"GET/front HTTP/1.1", "two targets": b"GET /front /hidden HTTP/1.1", "no slash": b"GET front HTTP/1.1", "empty target": b"GET  HTTP/1.1",
        "asterisk": b"GET * HTTP/1.1", "authority": b"GET localhost:80 HTTP/1.1", "scheme without authority": b"GET http:/front HTTP/1.1", "scheme without path": b"GET http://localhost HTTP/1.1",
        "unknown scheme": b"GET ftp://localhost/front HTTP/1.1", "file": b"GET file:///etc/passwd HTTP/1.1", "another authority": b"GET http://other/front HTTP/1.1",
        "user in the authority": b"GET http://user@localhost/front HTTP/1.1", "broken escape": b"GET /front%zz HTTP/1.1", "cut escape": b"GET /front% HTTP/1.1", "half escape": b"GET /front%4 HTTP/1.1",
        "broken escape in the query": b"GET /front?%zz HTTP/1.1", "cut escape in the query": b"GET /front?a=%4 HTTP/1.1", "NUL": b"GET /front%00 HTTP/1.1", "encoded slash": b"GET /a%2fhidden HTTP/1.1",
        "encoded backslash": b"GET /a%5chidden HTTP/1.1", "dot segments": b"GET /a/../hidden HTTP/1.1", "encoded dots": b"GET /a/%2e%2e/hidden HTTP/1.1", "half encoded dots": b"GET /a/.%2E/hidden HTTP/1.1",
        "one dot": b"GET /a/./hidden HTTP/1.1", "dots at the end": b"GET /a/.. HTTP/1.1", "overlong slash": b"GET /a%c0%afhidden HTTP/1.1", "overlong dots": b"GET /a/%c0%ae%c0%ae/hidden HTTP/1.1",
        "broken UTF-8": b"GET /front%ff HTTP/1.1", "surrogate": b"GET /front%ed%a0%80 HTTP/1.1", "a long method": b"G" * 25 + b" /front HTTP/1.1",
    }.items():
        yield name, line + rest, 400
    yield "no method", b"/front HTTP/1.1" + rest, 400
    yield "two empty lines before", b"\r\n\r\n" + GET + b"\r\n", 400
    yield "CONNECT", b"CONNECT /front HTTP/1.1" + rest, 501
    yield "CONNECT to an authority", b"CONNECT hidden:443 HTTP/1.1" + rest, 400
    yield "TRACE", b"TRACE /front HTTP/1.1" + rest, 501
    yield "a long line", b"GET /" + b"a" * 20000 + b" HTTP/1.1" + rest, 414
    yield "a line for ever", b"GET /" + b"a" * 100000, 414
    yield "HTTP/0.9", b"GET /front\r\n\r\n", 400


def line_ends():
    for name, data in {
        "LF behind the request line": b"GET /front HTTP/1.1\n" + HOST + b"\r\n", "LF behind a field": GET + b"X: y\n\r\n", "LF at the end": GET + b"\n", "LF everywhere": GET.replace(b"\r", b"") + b"\n",
        "CR behind the request line": b"GET /front HTTP/1.1\r" + HOST + b"\r\n", "CR behind a field": GET + b"X: y\rZ: a\r\n\r\n", "CR in a value": GET + b"X: y\rz\r\n\r\n", "CR in a name": GET + b"X\rY: z\r\n\r\n",
        "CR before CR LF": GET + b"X: y\r\r\n\r\n", "LF CR": GET + b"X: y\n\r\n", "CR at the end": GET + b"\r\r\n", "a line of CR": GET + b"\r \r\n\r\n",
        "bare CR and a request": b"GET /front HTTP/1.1\r\nHost: localhost\rX: GET /hidden HTTP/1.1\r\n\r\n", "LF and a request": GET + b"X: y\n\n" + HIDDEN, "NEL": GET + b"X: y\x0d\xc2\x85\r\n\r\n",
        "NUL for a line end": GET + b"X: y\x00\x00" + HIDDEN, "VT for a line end": GET + b"X: y\x0b\x0b" + HIDDEN, "FF for a line end": GET + b"X: y\x0c\x0c" + HIDDEN,
    }.items():
        yield name, data, 400


def hosts():
    for value in [b"", b" ", b"local host", b"localhost, other", b"localhost,other", b"user@localhost", b"localhost/", b"localhost/hidden", b"localhost?x", b"localhost#x", b"localhost\\x", b"localhost:",
                  b"localhost:x", b"localhost:-1", b"localhost:1:2", b"localhost:123456", b"localhost: 80", b"localhost :80", b"[::1", b"::1", b"[::1]x", b"[g::]", b"[]", b"[:]", b"[::1]:x", b"[::1%lo]",
                  b"loc%61lhost", b"\"localhost\"", b"<localhost>", b"local\xc3\xa4host", b"\xff", b"local|host", b"http://localhost", b"a" * 300, *[b"local" + c + b"host" for c in CONTROLS]]:
        yield f"host {shown(value)[:40]}", b"GET /front HTTP/1.1\r\nHost: " + value + b"\r\n\r\n", 400
    yield "no host", b"GET /front HTTP/1.1\r\n\r\n", 400
    yield "no host, but fields", b"GET /front HTTP/1.1\r\nX: y\r\n\r\n", 400
    yield "two hosts", GET + b"Host: other\r\n\r\n", 400
    yield "the same host twice", GET + HOST + b"\r\n", 400
    yield "two hosts, in other letters", GET + b"hOST: other\r\n\r\n", 400
    yield "two hosts, far from each other", GET + b"X: y\r\n" * 50 + b"Host: localhost\r\n\r\n", 400
    yield "another host than the target's", b"GET http://localhost/front HTTP/1.1\r\nHost: other\r\n\r\n", 400
    yield "another port than the target's", b"GET http://localhost:1/front HTTP/1.1\r\nHost: localhost:2\r\n\r\n", 400
    yield "two hosts in HTTP/1.0", b"GET /front HTTP/1.0\r\n" + HOST + HOST + b"\r\n", 400


def fields():
    for piece in [*CONTROLS, *HIGH, b"\x00", b" ", b"\t", *[bytes([c]) for c in b"\"(),/;<=>?@[\\]{}"]]:
        yield f"field name with {shown(piece)}", GET + b"X" + piece + b"Y: z\r\n\r\n", 400
        yield f"field name that ends in {shown(piece)}", GET + b"X" + piece + b": z\r\n\r\n", 400
    for piece in [*CONTROLS, b"\x00"]:
        yield f"field value with {shown(piece)}", GET + b"X: a" + piece + b"b\r\n\r\n", 400
        yield f"field value that begins with {shown(piece)}", GET + b"X: " + piece + b"b\r\n\r\n", 400
    for name, line in {
        "no colon": b"X", "no colon but a value": b"X y", "no name": b": y", "colon alone": b":", "a blank alone": b" ", "folded": b"X: y\r\n z", "folded with a tab": b"X: y\r\n\tz",
        "folded at once": b"X:\r\n y", "folded length": b"Content-Length:\r\n 0", "folded encoding": b"Transfer-Encoding:\r\n chunked", "folded host": b"X: y\r\n Host: other",
        "a request line as a field": b"GET /hidden HTTP/1.1",
    }.items():
        yield f"field: {name}", GET + line + b"\r\n\r\n", 400
    yield "a first line that is folded", b"GET /front HTTP/1.1\r\n " + HOST + b"\r\n", 400
    for value in [b"close(", b"close, (", b"keep alive", b"\"close\"", b"close;x", b"close/", b"close, =", b"@"]:
        yield f"connection {shown(value)}", GET + b"Connection: " + value + b"\r\n\r\n", 400
    for value in [b"200-ok", b"100-continue, x", b"100-continue;x", b"", b"x", b"100"]:
        yield f"expect {shown(value)}", POST + b"Content-Length: 1\r\nExpect: " + value + b"\r\n\r\n", 417
    yield "too many fields", GET + b"X: y\r\n" * 2000 + b"\r\n", 431
    yield "a long field", GET + b"X: " + b"y" * 20000 + b"\r\n\r\n", 431
    yield "a field for ever", GET + b"X: " + b"y" * 100000, 431
    yield "a long field name", GET + b"X" * 20000 + b": y\r\n\r\n", 431
    yield "a large head", GET + (b"X: " + b"y" * 4000 + b"\r\n") * 20 + b"\r\n", 431


def lengths():
    for value in [b"+0", b"-0", b"+44", b"-1", b"0x0", b"0b0", b"0 0", b"0,0", b"0, 44", b"0;", b"0.0", b"1e1", b"\xd9\xa0", b"", b"\"0\"", b"zero", b"0\x0b", b"\x0b0", b"0\x0c", b"0_0", b"(0)", b"0#",
                  b"00000000000000000000", b"9" * 20, b"18446744073709551616", b"9223372036854775808", b"4294967296 0", b"nan", b"inf", b"44\x00", b"4 4"]:
        yield f"length {shown(value)}", POST + b"Content-Length: " + value + b"\r\n\r\n" + HIDDEN, 400
    for name, pair in {
        "the same twice": b"Content-Length: 0\r\nContent-Length: 0", "two": b"Content-Length: 0\r\nContent-Length: 44", "two, the other way": b"Content-Length: 44\r\nContent-Length: 0",
        "two in other letters": b"Content-Length: 0\r\ncontent-length: 44", "two, one empty": b"Content-Length:\r\nContent-Length: 44", "two, far from each other": b"Content-Length: 0\r\n" + b"X: y\r\n" * 50 + b"Content-Length: 44",
    }.items():
        yield f"lengths: {name}", POST + pair + b"\r\n\r\n" + HIDDEN, 400
    for name in [b"Content-Length ", b"Content-Length\t", b" Content-Length", b"Content-Length\x0b", b"Content\x00-Length"]:
        yield f"length named {shown(name)}", POST + name + b": 44\r\n\r\n" + HIDDEN, 400


def encodings():
    for value in [b"", b"xchunked", b"chunkedx", b"chunked,", b",chunked", b"chunked, chunked", b"chunked,identity", b"identity, chunked", b"identity", b"gzip", b"gzip, chunked", b"chunked, gzip", b"deflate", b"compress",
                  b"trailers", b"chunked;x=1", b"chunked ;", b"\"chunked\"", b"'chunked'", b"chunked chunked", b"chun ked", b"chunked\x0b", b"\x0bchunked", b"chunked\x0c", b"chunked\x00", b"\x00chunked", b"chunked\xff",
                  b"\xc2\xa0chunked", b"%63hunked", b"chunked/1", b"cow, chunked", b"=chunked", b"chunked\x7f", b"(x) chunked"]:
        yield f"encoding {shown(value)}", POST + b"Transfer-Encoding: " + value + b"\r\n\r\n0\r\n\r\n" + HIDDEN, 400
    for name, head in {
        "and a length": CHUNKED + b"Content-Length: 5\r\n", "behind a length": b"Content-Length: 5\r\n" + CHUNKED, "and length zero": CHUNKED + b"Content-Length: 0\r\n", "behind length zero": b"Content-Length: 0\r\n" + CHUNKED,
        "twice": CHUNKED + CHUNKED, "twice, the other empty": CHUNKED + b"Transfer-Encoding:\r\n", "twice, with identity": CHUNKED + b"Transfer-Encoding: identity\r\n", "twice, with identity before": b"Transfer-Encoding: identity\r\n" + CHUNKED,
        "with a blank before the colon": b"Transfer-Encoding : chunked\r\n", "with a tab before the colon": b"Transfer-Encoding\t: chunked\r\n", "behind a blank": b" Transfer-Encoding: chunked\r\n",
        "in other letters and a length": b"tRANSFER-eNCODING: cHUNKED\r\nContent-Length: 5\r\n", "and a length, far": CHUNKED + b"X: y\r\n" * 50 + b"Content-Length: 5\r\n",
    }.items():
        yield f"chunked: {name}", POST + head + b"\r\n0\r\n\r\n" + HIDDEN, 400
    yield "chunked in HTTP/1.0", b"POST /front HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN, 400
    yield "the classic", POST + b"Content-Length: 6\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN, 400
    yield "the classic, the other way", POST + CHUNKED + b"Content-Length: 4\r\n\r\n5c\r\n" + HIDDEN + b"0\r\n\r\n", 400


def chunks():
    for size in [b"", b" ", b"-1", b"+1", b"0x1", b"0X1", b" 1", b"1 ", b"\t1", b"1\t", b"g", b"1g", b"1,", b"1.0", b"1_0", b"\xd9\xa1", b"\x001", b"1\x00", b"1\x0b", b"(1)", b"\"1\"", b"1:x", b"1,;", b"0 ", b"0\t",
                 b"0x0", b"-0", b"+0", b"00 0", b"1;\x01", b"1;a=\x7f", b"1;a\x00", b"1;\x0b", b"1;\xff", b"0;\x08", b"1;" + b"x" * 5000]:
        yield f"chunk size {shown(size)[:40]}", POST + CHUNKED + b"\r\n" + size + b"\r\na\r\n0\r\n\r\n" + HIDDEN, 400
    for size in [b"ffffffff", b"ffffffffffffffff", b"10000000000000001", b"ffffffffffffffff0", b"00000000", b"000000001", b"fffffff", b"7fffffff", b"80000000", b"100000000"]:
        yield f"chunk size {shown(size)}", POST + CHUNKED + b"\r\n" + size + b"\r\na\r\n0\r\n\r\n" + HIDDEN, 413
    for name, body in {
        "LF behind the size": b"1\na\r\n0\r\n\r\n", "CR behind the size": b"1\ra\r\n0\r\n\r\n", "CR in the size": b"1\r\ra\r\n0\r\n\r\n", "LF behind the data": b"1\r\na\n0\r\n\r\n", "CR behind the data": b"1\r\na\r0\r\n\r\n",
        "nothing behind the data": b"1\r\na0\r\n\r\n", "data too long": b"1\r\nab\r\n0\r\n\r\n", "data too long by a CR": b"1\r\na\r\r\n0\r\n\r\n", "LF behind the last": b"0\n\r\n", "LF at the end": b"0\r\n\n",
        "CR at the end": b"0\r\n\rX", "broken trailer": b"0\r\nX : y\r\n\r\n", "trailer without a colon": b"0\r\nX\r\n\r\n", "trailer without a name": b"0\r\n: y\r\n\r\n", "folded trailer": b"0\r\nX: y\r\n z\r\n\r\n",
        "LF in the trailer": b"0\r\nX: y\n\r\n", "CR in the trailer": b"0\r\nX: y\rz\r\n\r\n", "NUL in the trailer": b"0\r\nX: \x00\r\n\r\n", "a control character in the trailer": b"0\r\nX: \x01\r\n\r\n",
        "too many trailers": b"0\r\n" + b"X: y\r\n" * 1000 + b"\r\n", "a long trailer": b"0\r\nX: " + b"y" * 20000 + b"\r\n\r\n", "a request as the trailer": b"0\r\nGET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "empty lines": b"\r\n\r\n\r\n", "a length instead": b"Content-Length: 5\r\n\r\nhello",
    }.items():
        yield f"chunks: {name}", POST + CHUNKED + b"\r\n" + body + HIDDEN, 400


def strangers():
    for name, data in {
        "TLS": bytes.fromhex("160301005a0100005603030000000000000000000000000000000000000000000000000000000000000000") + b"\x00" * 51 + b"\n",
        "PROXY protocol": b"PROXY TCP4 6.6.6.6 6.6.6.6 1 2\r\n" + GET + b"\r\n",
        "PROXY protocol 2": b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + b"\x06" * 12 + GET + b"\r\n", "SSH": b"SSH-2.0-OpenSSH_9.2\r\n", "SMTP": b"EHLO localhost\r\nMAIL FROM:<a@b>\r\n", "Redis": b"*1\r\n$4\r\nPING\r\n",
        "LDAP": b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00\n", "NULs": b"\x00" * 1000 + b"\n", "FFs": b"\xff" * 1000 + b"\n", "newlines": b"\n" * 100, "JSON": b'{"a":1}\r\n\r\n', "XML": b"<a/>\r\n\r\n",
        "FastCGI": b"\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\n", "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "uwsgi": b"\x00\x10\x00\x00\x0e\x00REQUEST_METHOD\n",
    }.items():
        yield f"stranger: {name}", data, 400
    yield "HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505


TABLE = [row for part in (request_lines, line_ends, hosts, fields, lengths, encodings, chunks, strangers) for row in part()]
