"""A page of /report, read strictly: every tag closed, every id once, nothing in it that runs or is fetched."""
import html.parser
import re

VOID = {"meta", "input", "br", "link", "wbr"}
TAGS = VOID | {"html", "head", "title", "style", "body", "header", "main", "footer", "a", "h1", "h2", "p", "b", "small", "span", "ul", "ol", "li", "div",
               "form", "fieldset", "legend", "label", "textarea", "select", "option", "button", "details", "summary"}


class Form:
    def __init__(self, attributes):
        self.action, self.method, self.enctype = attributes["action"], attributes["method"], attributes.get("enctype")
        self.fields, self.choices = {}, {}      # {name: value} as a browser would post it, {name: [values to choose from]}


class Page(html.parser.HTMLParser):
    """.forms (and .asks, that only ask) by the path of their action, .text without tags, .links, .language, .title."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.stack, self.ids, self.refers, self.forms, self.asks, self.links, self.pieces = [], set(), set(), {}, {}, {}, []
        self.form = self.field = self.language = self.style = None
        self.title, self.classes, self.labels = "", {}, set()
        assert source.startswith("<!DOCTYPE html>\n"), source[:60]
        self.feed(source.rstrip(" ").removeprefix("<!DOCTYPE html>\n"))
        self.close()
        assert not self.stack, f"not closed: {self.stack}"
        assert self.refers <= self.ids, f"leads nowhere: {self.refers - self.ids}"
        self.text = " ".join("".join(self.pieces).split())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert tag in TAGS, tag
        assert len(attributes) == len(attrs), f"{tag}: an attribute twice: {attrs}"
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset", "formaction", "ping")], attrs
        if "id" in attributes:
            assert attributes["id"] not in self.ids, f"id {attributes['id']} twice"
            self.ids.add(attributes["id"])
        self.refers |= {one for name in ("for", "aria-describedby") for one in attributes.get(name, "").split()}
        if tag == "label":
            self.labels.add(attributes["for"])
        if tag not in VOID:
            self.stack.append((tag, attributes))
        if tag == "html":
            self.language = attributes["lang"]
        if tag == "a":
            href = attributes["href"]
            assert href.startswith(("/report", "#", "https://")), href
            self.links[href] = attributes
        if tag == "form":
            assert attributes["autocomplete"] == "off" and self.form is None
            self.form = Form(attributes)
            (self.forms if self.form.method == "post" else self.asks).setdefault(self.form.action.partition("?")[0], self.form)
        if "name" in attributes and tag != "meta":
            self.take(tag, attributes)
        if tag == "option" and self.field:
            self.form.choices[self.field].append(attributes["value"])
            if "selected" in attributes or self.form.fields.get(self.field) is None:
                self.form.fields[self.field] = attributes["value"]

    def take(self, tag, attributes):
        name, kind = attributes["name"], attributes.get("type", tag)
        if kind in ("radio", "checkbox"):
            self.form.choices.setdefault(name, []).append(attributes["value"])
            if "checked" in attributes:
                self.form.fields[name] = attributes["value"]
        elif kind in ("textarea", "select"):
            self.field = name
            self.form.fields[name] = None if kind == "select" else ""
            self.form.choices[name] = []
        elif kind != "file":
            self.form.fields[name] = attributes.get("value", "")

    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1][0] == tag, f"</{tag}> in {self.stack}"
        self.stack.pop()
        if tag == "form":
            self.form = None
        if tag in ("textarea", "select"):
            self.field = None

    def handle_data(self, data):
        tag, attributes = self.stack[-1] if self.stack else ("", {})
        if tag == "textarea":
            self.form.fields[self.field] += data
            if self.form.fields[self.field].startswith("\n"):       # the first line end is not of the text
                self.form.fields[self.field] = self.form.fields[self.field][1:]
        elif tag == "style":
            self.style = data
            assert not re.search(r"url\(|@import|expression|</", data)
        elif tag == "title":
            self.title += data
        else:
            self.pieces.append(data)
            if "class" in attributes:
                self.classes.setdefault(attributes["class"], []).append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment
