//! A text of HTML as a tree, strictly and within bounds. The tokenizer is the browsers' own algorithm; the tree is not: tags that
//! do not nest are a page that has changed, and guessing what was meant could lose a listing in silence.

use domain::Malformed;
use html5gum::{DefaultEmitter, Error, Token, Tokenizer};

use super::parse::malformed;

/// Elements and texts of one page; Fragment's own pages have a few thousand.
const NODES_MAX: usize = 200_000;

/// Elements inside one another; Fragment's own pages have about twenty.
const DEPTH_MAX: usize = 128;

/// Elements that have no end tag. Source: HTML standard, 13.1.2 "Void elements", checked 2026-11-30.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Elements whose end tag may be left out, of those that lists, tables and forms are made of. Source: the same, 13.1.2.4.
const ENDED_BY_PARENT: [&str; 10] = ["li", "option", "p", "dt", "dd", "td", "th", "tr", "tbody", "thead"];

/// A text as a tree, its nodes in document order.
pub(crate) struct Markup {
    nodes: Vec<Node>,
}

struct Node {
    /// One behind the last node inside it.
    end: usize,
    kind: Kind,
}

enum Kind {
    Text(String),
    Element { name: String, attributes: Vec<(String, String)> },
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Element<'m> {
    markup: &'m Markup,
    index: usize,
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Markup {
    /// Reads a text; `root` is the JSON pointer to it.
    pub(crate) fn read(text: &str, root: &str) -> Result<Self, Malformed> {
        let mut emitter = DefaultEmitter::default();
        // What stands in a script is no markup.
        emitter.naively_switch_states(true);
        let mut tree = Tree { root, nodes: Vec::new(), open: Vec::new() };
        for token in Tokenizer::new_with_emitter(text, emitter) {
            let Ok(token) = token;
            tree.take(token)?;
        }
        tree.finish()
    }

    /// Every element, in document order.
    pub(crate) fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        self.range(0, self.nodes.len())
    }

    fn range(&self, start: usize, end: usize) -> impl Iterator<Item = Element<'_>> {
        let is_element = |index: &usize| matches!(self.nodes[*index].kind, Kind::Element { .. });
        (start..end).filter(is_element).map(|index| Element { markup: self, index })
    }

    /// All of its text, tidied.
    pub(crate) fn text(&self) -> String {
        self.text_of(0, self.nodes.len())
    }

    fn text_of(&self, start: usize, end: usize) -> String {
        let mut whole = String::new();
        for node in &self.nodes[start..end] {
            match &node.kind {
                Kind::Text(text) => whole.push_str(text),
                Kind::Element { .. } => whole.push(' '),
            }
        }
        whole.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl<'m> Element<'m> {
    fn parts(self) -> (&'m str, &'m [(String, String)]) {
        match &self.markup.nodes[self.index].kind {
            Kind::Element { name, attributes } => (name, attributes),
            Kind::Text(_) => ("", &[]),
        }
    }

    /// Whether it has this tag.
    pub(crate) fn is(self, name: &str) -> bool {
        self.parts().0 == name
    }

    /// The value of an attribute, its references resolved.
    pub(crate) fn attribute(self, name: &str) -> Option<&'m str> {
        self.parts().1.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Its classes.
    pub(crate) fn classes(self) -> impl Iterator<Item = &'m str> {
        self.attribute("class").unwrap_or_default().split_ascii_whitespace()
    }

    /// Whether it has this class.
    pub(crate) fn has_class(self, class: &str) -> bool {
        self.classes().any(|known| known == class)
    }

    /// The elements inside it, in document order.
    pub(crate) fn inside(self) -> impl Iterator<Item = Element<'m>> {
        self.markup.range(self.index + 1, self.markup.nodes[self.index].end)
    }

    /// The elements inside it that have this class.
    pub(crate) fn all(self, class: &str) -> impl Iterator<Item = Element<'m>> {
        self.inside().filter(move |element| element.has_class(class))
    }

    /// Whether the other one is inside it.
    pub(crate) fn holds(self, other: Self) -> bool {
        (self.index + 1..self.markup.nodes[self.index].end).contains(&other.index)
    }

    /// Whether it ends before the other one begins.
    pub(crate) fn is_before(self, other: Self) -> bool {
        self.markup.nodes[self.index].end <= other.index
    }

    /// Its text and that of the elements inside it; white space, no-break spaces too, is one space, and none at the ends.
    pub(crate) fn text(self) -> String {
        self.markup.text_of(self.index + 1, self.markup.nodes[self.index].end)
    }
}

/// A tree that is being built.
struct Tree<'r> {
    root: &'r str,
    nodes: Vec<Node>,
    /// The elements that are open, outermost first.
    open: Vec<usize>,
}

impl Tree<'_> {
    fn take(&mut self, token: Token) -> Result<(), Malformed> {
        match token {
            Token::StartTag(tag) => {
                let name = self.word(&tag.name)?;
                self.end_by_sibling(&name);
                let attributes = tag
                    .attributes
                    .iter()
                    .map(|(key, value)| Ok((self.word(key)?, self.word(value)?)))
                    .collect::<Result<Vec<_>, Malformed>>()?;
                let is_drawing = self.open.iter().any(|index| self.name(*index) == "svg");
                let is_leaf = VOID.contains(&name.as_str()) || (is_drawing && tag.self_closing);
                self.push(Kind::Element { name, attributes })?;
                if !is_leaf {
                    self.open.push(self.nodes.len() - 1);
                }
                if self.open.len() > DEPTH_MAX {
                    return Err(self.broken("at most 128 elements inside one another", "more"));
                }
                Ok(())
            }
            Token::EndTag(tag) => {
                let name = self.word(&tag.name)?;
                while self.top().is_some_and(|top| top != name && ENDED_BY_PARENT.contains(&top)) {
                    self.close();
                }
                match self.top() {
                    Some(top) if top == name => {
                        self.close();
                        Ok(())
                    }
                    Some(top) => {
                        let expected = format!("</{top}>");
                        Err(self.broken(&expected, &format!("</{name}>")))
                    }
                    None => Err(self.broken("an element", &format!("</{name}>"))),
                }
            }
            Token::String(text) => {
                let text = self.word(&text)?;
                self.push(Kind::Text(text))
            }
            Token::Error(fault) if is_cut(*fault) => {
                Err(self.broken("well-formed HTML", &fault.to_string()))
            }
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Markup, Malformed> {
        while self.top().is_some_and(|top| ENDED_BY_PARENT.contains(&top)) {
            self.close();
        }
        match self.top() {
            Some(top) => Err(self.broken(&format!("</{top}>"), "the end of the text")),
            None => Ok(Markup { nodes: self.nodes }),
        }
    }

    /// An element of a list or a table ends where the next one begins.
    fn end_by_sibling(&mut self, next: &str) {
        let ends: &[&str] = match next {
            "li" => &["li"],
            "option" => &["option"],
            "dt" | "dd" => &["dt", "dd"],
            "td" | "th" => &["td", "th"],
            "tr" => &["td", "th", "tr"],
            "tbody" => &["td", "th", "tr", "thead", "tbody"],
            _ => &[],
        };
        while self.top().is_some_and(|top| ends.contains(&top)) {
            self.close();
        }
    }

    fn push(&mut self, kind: Kind) -> Result<(), Malformed> {
        if self.nodes.len() >= NODES_MAX {
            return Err(self.broken("at most 200000 elements and texts", "more"));
        }
        self.nodes.push(Node { end: self.nodes.len() + 1, kind });
        Ok(())
    }

    fn close(&mut self) {
        let end = self.nodes.len();
        if let Some(index) = self.open.pop() {
            self.nodes[index].end = end;
        }
    }

    fn top(&self) -> Option<&str> {
        self.open.last().map(|index| self.name(*index))
    }

    fn name(&self, index: usize) -> &str {
        match &self.nodes[index].kind {
            Kind::Element { name, .. } => name,
            Kind::Text(_) => "",
        }
    }

    fn word(&self, bytes: &[u8]) -> Result<String, Malformed> {
        let text = std::str::from_utf8(bytes).map_err(|_| self.broken("UTF-8", "other bytes"))?;
        Ok(text.to_owned())
    }

    /// A fault at the element that was begun last, counted over the whole text from 0.
    fn broken(&self, expected: &str, found: &str) -> Malformed {
        let elements = self.nodes.iter().filter(|node| matches!(node.kind, Kind::Element { .. })).count();
        malformed(&format!("{}//*[{}]", self.root, elements.saturating_sub(1)), expected, found)
    }
}

/// Faults of a text that ends inside a tag or a comment, and of a tag that two readers would read differently. The others, as a bare `&`
/// in a link, are read by every browser alike.
fn is_cut(fault: Error) -> bool {
    matches!(
        fault,
        Error::DuplicateAttribute
            | Error::EofBeforeTagName
            | Error::EofInCdata
            | Error::EofInComment
            | Error::EofInDoctype
            | Error::EofInScriptHtmlCommentLikeText
            | Error::EofInTag
            | Error::UnexpectedNullCharacter
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> String {
        let fault = Markup::read(text, "/html").err().unwrap();
        format!("{} expected {}, found {}", fault.path, fault.expected, fault.found)
    }

    #[test]
    fn elements_attributes_and_text() {
        let markup = Markup::read(
            "<!-- x --><a class=\"b  c\" href=\"/g?x=1&amp;y=2&z\"><span>Durov&#39;s</span><br>\n<i>&nbsp;#4</i>2</a><p>end",
            "/html",
        )
        .unwrap();
        let link = markup.elements().next().unwrap();
        assert_eq!((link.is("a"), link.has_class("c"), link.has_class("bc")), (true, true, false));
        assert_eq!(link.attribute("href"), Some("/g?x=1&y=2&z"));
        assert_eq!((link.text().as_str(), link.attribute("id")), ("Durov's #42", None));
        assert_eq!(link.inside().count(), 3);
        let end = markup.elements().last().unwrap();
        assert!(end.is("p") && !link.holds(end) && link.holds(link.inside().last().unwrap()));
        assert_eq!(markup.text(), "Durov's #42 end");
    }

    #[test]
    fn what_may_be_left_out_is_and_scripts_are_no_markup() {
        let markup = Markup::read(
            "<ul><li>a<li>b</ul><table><tr><td>1<td>2<tr><th>3</table><script>if (a<b) '</div>'</script><svg><path d=\"\"/></svg>",
            "",
        )
        .unwrap();
        let items: Vec<_> = markup.elements().filter(|e| e.is("li")).map(Element::text).collect();
        assert_eq!(items, ["a", "b"]);
        assert_eq!(markup.elements().filter(|element| element.is("td")).count(), 2);
    }

    #[test]
    fn what_does_not_nest_is_refused_with_its_place() {
        insta::assert_snapshot!(fault("<div><a>x</div></a>"), @"/html//*[1] expected </a>, found </div>");
        insta::assert_snapshot!(fault("<div><b>x</b>"), @"/html//*[1] expected </div>, found the end of the text");
        insta::assert_snapshot!(fault("</div>"), @"/html//*[0] expected an element, found </div>");
        insta::assert_snapshot!(fault("<i></i><b class=\"x"), @"/html//*[0] expected well-formed HTML, found eof-in-tag");
        insta::assert_snapshot!(fault("<b a=1 a=2></b>"), @"/html//*[0] expected well-formed HTML, found duplicate-attribute");
        insta::assert_snapshot!(fault(&"<b>".repeat(129)), @"/html//*[128] expected at most 128 elements inside one another, found more");
        insta::assert_snapshot!(fault(&"<br>".repeat(200_001)), @"/html//*[199999] expected at most 200000 elements and texts, found more");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}|(<[/a-z ]{0,4}[\"'= >]?|&[a-z#0-9]{0,4};?|x){0,30}") {
            if let Ok(markup) = Markup::read(&text, "") {
                for element in markup.elements() {
                    prop_assert!(element.inside().all(|inner| element.holds(inner)));
                }
            }
        }
    }
}
