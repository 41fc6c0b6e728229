//! The tree of an HTML page: html5ever parses, an arena holds the nodes. Only what lines need is
//! kept of them. Nesting and the number of nodes are bounded, so that no input, however hostile,
//! takes more than linear time and memory: beyond the bounds tags are dropped and their text stays.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::{
    Attribute, LocalName, Namespace, QualName,
    buffer_queue::BufferQueue,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    local_name, ns,
    tendril::StrTendril,
    tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
    tree_builder::{ElemName, TreeBuilder, TreeBuilderOpts},
};

use super::{lines::is_block, raw_text::RawText};

/// Elements nested deeper than this are flattened into the one that holds them; browsers do the same.
const MAX_DEPTH: u32 = 512;
/// A page may have this many nodes, and …
const MAX_NODES: usize = 1 << 16;
/// … one more for every so many bytes. Unclosed formatting tags are opened again in every block, so
/// that nodes could otherwise grow with the square of the input.
const BYTES_PER_NODE: usize = 2;
/// Further `<html>` and `<body>` tags may add attributes to the first until it has this many.
const MAX_ATTRIBUTES: usize = 256;

/// The parser is given this many bytes at a time. A tag, comment or value that goes on through a whole
/// piece gets no further attributes: each one is compared with all that its tag has already, so that
/// 500 KB of them in one tag would take seconds, and ten times as many a hundred times as long.
const PIECE: usize = 16 << 10;

/// No node.
pub const NONE: u32 = u32::MAX;

/// One node; its place in [`Dom::nodes`] is its name.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub data: Data,
    /// The node above it, or [`NONE`].
    pub parent: u32,
    /// Its first child, or [`NONE`].
    pub first_child: u32,
    /// The node after it below the same parent, or [`NONE`].
    pub next: u32,
    last_child: u32,
    previous: u32,
    depth: u32,
}

/// What a node is.
#[derive(Debug)]
pub enum Data {
    /// The root, and the roots of templates.
    Document,
    /// An element.
    Element(Box<Element>),
    /// Text, its characters references already undone.
    Text(StrTendril),
    /// A comment or processing instruction, without its content.
    Comment,
}

/// An element.
#[derive(Debug)]
pub struct Element {
    /// Its name; elements of SVG and MathML too.
    pub name: LocalName,
    /// Its name space.
    pub space: Namespace,
    /// Its attributes as they came.
    pub attributes: Vec<Attribute>,
    /// The root of a template's content, or [`NONE`].
    pub template: u32,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
    }
}

/// A parsed page. The first node is the document.
#[derive(Debug)]
pub struct Dom {
    /// All nodes, also those that were taken out of the tree again.
    pub nodes: Vec<Node>,
}

impl Dom {
    /// Parses a page. Never fails: every text is some HTML.
    pub fn parse(html: &str) -> Dom {
        let sink = Sink::new(MAX_NODES + html.len() / BYTES_PER_NODE);
        // Without scripts, so that the content of <noscript> is a tree like any other.
        let options = TreeBuilderOpts { scripting_enabled: false, ..Default::default() };
        let builder = TreeBuilder::new(sink, options);
        let bounded = Bounded { builder, tokens: Cell::new(0), unread: Cell::new(None) };
        let tokenizer = Tokenizer::new(bounded, TokenizerOpts::default());
        let queue = BufferQueue::default();
        let (mut rest, mut is_stuck) = (html, false);
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(piece_of(rest, is_stuck));
            rest = after;
            let is_whole = is_stuck || piece.len() > PIECE / 2;
            queue.push_back(match is_stuck {
                true => sealed(piece),
                false => StrTendril::from_slice(piece),
            });
            let tokens = tokenizer.sink.tokens.get();
            // A script hands control back; nothing is run, so parsing just goes on.
            while !queue.is_empty() {
                let _ = tokenizer.feed(&queue);
                if let Some(raw) = tokenizer.sink.unread.take() {
                    let fed: Vec<StrTendril> = std::iter::from_fn(|| queue.pop_front()).collect();
                    let n_fed = fed.iter().map(|piece| piece.len()).sum::<usize>();
                    let content = html.get(html.len() - rest.len() - n_fed..).unwrap_or_default();
                    let length = raw.length(content);
                    rest = &rest[length.saturating_sub(n_fed)..];
                    push_without(&queue, fed, length);
                }
            }
            is_stuck = is_whole && tokenizer.sink.tokens.get() == tokens;
        }
        tokenizer.end();
        tokenizer.sink.builder.sink.finish()
    }

    /// The element at a node.
    pub fn element(&self, node: u32) -> Option<&Element> {
        match self.nodes.get(node as usize).map(|n| &n.data) {
            Some(Data::Element(element)) => Some(element),
            _ => None,
        }
    }

    /// The element right before a node, white space aside.
    pub fn element_before(&self, node: u32) -> Option<&Element> {
        let before = |node: u32| self.nodes.get(node as usize).map_or(NONE, |n| n.previous);
        let mut at = before(node);
        // The parser makes one node of neighbouring texts; comments may part them.
        for _ in 0..3 {
            match self.nodes.get(at as usize).map(|n| &n.data) {
                Some(Data::Text(text)) if text.trim().is_empty() => at = before(at),
                _ => break,
            }
        }
        self.element(at)
    }

    /// The children of a node, in order.
    pub fn children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.nodes.get(node as usize).map_or(NONE, |n| n.first_child);
        std::iter::successors((first != NONE).then_some(first), move |&child| {
            let next = self.nodes.get(child as usize).map_or(NONE, |n| n.next);
            (next != NONE).then_some(next)
        })
    }
}

/// How many bytes of the rest are parsed next. Inside what does not end they go up to the first sign
/// that may end it: what comes after that may be text.
fn piece_of(rest: &str, is_stuck: bool) -> usize {
    let mut end = rest.len().min(PIECE);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let sign = rest.as_bytes().iter().take(end).position(|&b| b == b'>').filter(|_| is_stuck);
    sign.map_or(end, |sign| sign + 1)
}

/// The text without what could begin an attribute. Inside a comment or a value nobody asks for what
/// is replaced, and both still end where they did.
fn sealed(piece: &str) -> StrTendril {
    let separates = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '=');
    StrTendril::from(piece.replace(separates, "_"))
}

/// Puts pieces back without so many of their first bytes.
fn push_without(queue: &BufferQueue, pieces: Vec<StrTendril>, mut bytes: usize) {
    for mut piece in pieces {
        let gone = bytes.min(piece.len());
        bytes -= gone;
        // Between two characters, so this never fails; if it did, the text would only stay.
        let _ = piece.try_pop_front(gone as u32);
        if !piece.is_empty() {
            queue.push_back(piece);
        }
    }
}

/// Passes tokens on to the tree builder, but no start tag beyond the bounds. Stops the parser at a script or
/// style sheet that nobody reads.
struct Bounded {
    builder: TreeBuilder<u32, Sink>,
    /// Tokens so far.
    tokens: Cell<usize>,
    /// What the parser was stopped before.
    unread: Cell<Option<RawText>>,
}

impl TokenSink for Bounded {
    type Handle = u32;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<u32> {
        if !matches!(token, Token::ParseError(_)) {
            self.tokens.set(self.tokens.get() + 1);
        }
        let unread = match &token {
            Token::TagToken(tag) => unread(tag),
            _ => None,
        };
        if let Token::TagToken(tag) = &mut token
            && tag.kind == TagKind::StartTag
            && self.builder.sink.is_full()
            && !self.opens_text(tag)
        {
            if holds_text(tag) || !is_block(&tag.name) {
                return TokenSinkResult::Continue;
            }
            // Nothing opens any more, but its text still starts on a line of its own.
            tag.name = local_name!("br");
            tag.attrs.clear();
        }
        let result = self.builder.process_token(token, line);
        // Only a start tag that opens raw text; `</style>` does not, nor do scripts of drawings. After what
        // hands control back the parser takes what comes for markup, as the end tag is.
        if unread.is_some() && matches!(result, TokenSinkResult::RawData(_)) {
            self.unread.set(unread);
            return TokenSinkResult::Script(0);
        }
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl Bounded {
    /// Whether what follows a tag is not markup: without the tag, scripts would become text. Inside drawings
    /// it is an element like others.
    fn opens_text(&self, tag: &Tag) -> bool {
        holds_text(tag) && !self.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

fn holds_text(tag: &Tag) -> bool {
    matches!(tag.name, local_name!("script") | local_name!("style") | local_name!("textarea"))
}

/// The script or style sheet that a tag opens, where it says nothing of the page.
fn unread(tag: &Tag) -> Option<RawText> {
    let is_data = |attribute: &Attribute| {
        attribute.name.local == local_name!("type") && is_linked_data(&attribute.value)
    };
    match tag.name {
        local_name!("style") => Some(RawText::Style),
        local_name!("script") if !tag.attrs.iter().any(is_data) => Some(RawText::Script),
        _ => None,
    }
}

/// Whether a script of this type holds JSON-LD.
pub fn is_linked_data(script_type: &str) -> bool {
    script_type.trim().eq_ignore_ascii_case("application/ld+json")
}

/// Builds the arena.
struct Sink {
    nodes: RefCell<Vec<Node>>,
    /// Depth of the element that was opened last and is still open.
    depth: Cell<u32>,
    max_nodes: usize,
}

/// The name of an element, held for the tree builder.
#[derive(Debug)]
struct Name {
    local: LocalName,
    space: Namespace,
}

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.space
    }

    fn local_name(&self) -> &LocalName {
        &self.local
    }
}

impl Sink {
    fn new(max_nodes: usize) -> Self {
        let sink = Sink { nodes: RefCell::default(), depth: Cell::new(0), max_nodes };
        sink.create(Data::Document);
        sink
    }

    fn is_full(&self) -> bool {
        self.depth.get() >= MAX_DEPTH || self.nodes.borrow().len() >= self.max_nodes
    }

    fn create(&self, data: Data) -> u32 {
        let mut nodes = self.nodes.borrow_mut();
        let links = (NONE, NONE, NONE, NONE, NONE);
        let (parent, first_child, next, last_child, previous) = links;
        nodes.push(Node { data, parent, first_child, next, last_child, previous, depth: 0 });
        (nodes.len() - 1) as u32
    }

    /// Puts a node or text under `parent`, before the child `before` or at the end.
    fn insert(&self, parent: u32, before: u32, child: NodeOrText<u32>) {
        let last = {
            let nodes = self.nodes.borrow();
            if before == NONE {
                nodes[parent as usize].last_child
            } else {
                nodes[before as usize].previous
            }
        };
        let child = match child {
            NodeOrText::AppendNode(child) => {
                self.detach(child);
                child
            }
            NodeOrText::AppendText(text) => {
                // Neighbouring texts are one node.
                if last != NONE
                    && let Data::Text(before) = &mut self.nodes.borrow_mut()[last as usize].data
                {
                    before.push_tendril(&text);
                    return;
                }
                self.create(Data::Text(text))
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        // What was detached may have stood next to the place.
        let last = if before == NONE {
            nodes[parent as usize].last_child
        } else {
            nodes[before as usize].previous
        };
        let depth = nodes[parent as usize].depth + 1;
        let node = &mut nodes[child as usize];
        (node.parent, node.previous, node.next, node.depth) = (parent, last, before, depth);
        let is_element = matches!(node.data, Data::Element(_));
        match last {
            NONE => nodes[parent as usize].first_child = child,
            last => nodes[last as usize].next = child,
        }
        match before {
            NONE => nodes[parent as usize].last_child = child,
            before => nodes[before as usize].previous = child,
        }
        if is_element {
            self.depth.set(depth);
        }
    }

    fn detach(&self, node: u32) {
        let mut nodes = self.nodes.borrow_mut();
        let Node { parent, previous, next, .. } = nodes[node as usize];
        if parent == NONE {
            return;
        }
        match previous {
            NONE => nodes[parent as usize].first_child = next,
            previous => nodes[previous as usize].next = next,
        }
        match next {
            NONE => nodes[parent as usize].last_child = previous,
            next => nodes[next as usize].previous = previous,
        }
        let node = &mut nodes[node as usize];
        (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
    }
}

// The tree builder promises that handles are those of this sink, so indexing by them is sound.
impl TreeSink for Sink {
    type Handle = u32;
    type Output = Dom;
    type ElemName<'a> = Name;

    fn finish(self) -> Dom {
        Dom { nodes: self.nodes.into_inner() }
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> u32 {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a u32) -> Name {
        match &self.nodes.borrow()[*target as usize].data {
            Data::Element(element) => {
                Name { local: element.name.clone(), space: element.space.clone() }
            }
            _ => Name { local: local_name!(""), space: ns!() },
        }
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> u32 {
        let template = if flags.template { self.create(Data::Document) } else { NONE };
        let QualName { local, ns, .. } = name;
        let element = Element { name: local, space: ns, attributes, template };
        self.create(Data::Element(Box::new(element)))
    }

    fn create_comment(&self, _: StrTendril) -> u32 {
        self.create(Data::Comment)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> u32 {
        self.create(Data::Comment)
    }

    fn append(&self, parent: &u32, child: NodeOrText<u32>) {
        self.insert(*parent, NONE, child);
    }

    fn append_based_on_parent_node(&self, element: &u32, previous: &u32, child: NodeOrText<u32>) {
        let has_parent = self.nodes.borrow()[*element as usize].parent != NONE;
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &u32) {
        let depth = self.nodes.borrow()[*node as usize].depth;
        self.depth.set(depth.saturating_sub(1));
    }

    fn get_template_contents(&self, target: &u32) -> u32 {
        match &self.nodes.borrow()[*target as usize].data {
            Data::Element(element) if element.template != NONE => element.template,
            _ => *target,
        }
    }

    fn same_node(&self, a: &u32, b: &u32) -> bool {
        a == b
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &u32, child: NodeOrText<u32>) {
        let parent = self.nodes.borrow()[*sibling as usize].parent;
        if parent != NONE {
            self.insert(parent, *sibling, child);
        }
    }

    fn add_attrs_if_missing(&self, target: &u32, attributes: Vec<Attribute>) {
        if let Data::Element(element) = &mut self.nodes.borrow_mut()[*target as usize].data {
            for attribute in attributes {
                if element.attributes.len() >= MAX_ATTRIBUTES {
                    break;
                }
                if element.attributes.iter().all(|a| a.name != attribute.name) {
                    element.attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &u32) {
        self.detach(*target);
    }

    fn reparent_children(&self, node: &u32, new_parent: &u32) {
        loop {
            let child = self.nodes.borrow()[*node as usize].first_child;
            if child == NONE {
                break;
            }
            self.insert(*new_parent, NONE, NodeOrText::AppendNode(child));
        }
    }
}

#[cfg(test)]
mod tests {
    use html5ever::{ParseOpts, parse_document, tendril::TendrilSink as _};
    use proptest::prelude::*;

    use super::*;
    use crate::html::lines;

    /// What html5ever says of a page that it is given whole, scripts and style sheets included.
    fn read_whole(html: &str) -> Dom {
        let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..Default::default() };
        let options = ParseOpts { tree_builder, ..Default::default() };
        parse_document(Sink::new(MAX_NODES), options).one(html)
    }

    const PARTS: [&str; 32] = [
        "<script>",
        "</script>",
        "<SCRIPT type=a>",
        "</Script\n>",
        "</script",
        "<script/>",
        "</script/x>",
        "<style>",
        "</style>",
        "</style ",
        "<!--",
        "-->",
        "--",
        "->",
        "<",
        ">",
        "/",
        "-",
        "!",
        "script",
        "<script type='application/ld+json'>",
        "{\"author\": \"李明\"}",
        "<svg>",
        "</svg>",
        "<title>",
        "</title>",
        "<p>",
        "<template>",
        "\r\n",
        "\0",
        "正文。",
        "var a = '文';",
    ];

    proptest! {
        #[test]
        fn what_is_left_out_changes_nothing_else(
            parts in prop::collection::vec(prop::sample::select(&PARTS[..]), 0..24),
            n_before in 0usize..40,
        ) {
            // Around the end of a piece, too.
            let mut html = "字".repeat((PIECE - n_before) / "字".len());
            for start in [0, html.len()] {
                html.truncate(start);
                html.extend(parts.iter().copied());
                let expected = lines::document(&read_whole(&html), false);
                prop_assert_eq!(lines::document(&Dom::parse(&html), false), expected);
            }
        }
    }
}
