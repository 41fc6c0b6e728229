//! The tree becomes lines: one a block, parted at `<br>`, list items and table rows as a reader sees
//! them. White space collapses as browsers collapse it, and at the ends of a line it goes. Scripts,
//! styles and comments are never text; hidden elements are, and their lines say so.

use std::ops::Range;

use html5ever::{LocalName, local_name};

use super::{
    Document,
    dom::{Data, Dom, Element as Tag, NONE},
    marks::{Collector, Setting},
    meta, naming,
    outline::{Element, Outline, TextLine, within},
    style::{Style, style_of},
};
use crate::text::fnv;

/// Cells of a table row are joined by this where the row is one line.
const CELL_GAP: char = '\t';
/// Rows with a cell longer than this many bytes are laid out, not tabled: their cells stand apart.
const MAX_CELL: usize = 200;
/// No choice of a `<select>` is as long, in bytes: what is longer is text that follows a menu nobody closed.
const MAX_CHOICE: usize = 300;

/// Lays out a parsed page, with its marks if they are asked for.
pub fn document(dom: &Dom, is_marked: bool) -> Document {
    let mut layout = Layout::new(dom);
    layout.collector = is_marked.then(Box::default);
    layout.walk();
    let Layout { text, outline, collector, .. } = layout;
    let meta = meta::read(dom, &text, &outline);
    let marks = collector.map(|collector| Box::new(collector.marks));
    Document { text, outline, meta, marks }
}

/// What an open element hands on to its content.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Its place among the elements.
    element: u32,
    within: u32,
    in_link: bool,
    is_bold: bool,
    is_preformatted: bool,
    color: Option<u32>,
    ground: Option<u32>,
    flow: Flow,
    /// In a cell that shares its line.
    in_cell: bool,
    /// In a row whose cells are short, on several lines though they may be.
    in_short_row: bool,
    /// In a film, a drawing or a plug-in.
    in_player: bool,
    /// What is written where it ends.
    closing: &'static str,
    setting: Setting,
}

impl Frame {
    fn is_code(&self) -> bool {
        self.is_preformatted && self.within & within::CODE != 0
    }
}

/// How an element takes part in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// Inside a line.
    Inline,
    /// On lines of its own.
    Block,
    /// A table cell that shares its line with its neighbours.
    Cell,
    /// On lines of its own, and its rows' cells share a line.
    Row,
    /// It and what it holds are no text.
    Skipped,
}

struct Layout<'a> {
    dom: &'a Dom,
    text: String,
    outline: Outline,
    frames: Vec<Frame>,
    /// The line being filled, if it has text already.
    line: Option<TextLine>,
    /// White space was seen since the last character of the line.
    gap: bool,
    /// A cell ended since the last character of the line.
    cell_gap: bool,
    /// The link that was last counted for the line.
    counted: u32,
    /// Hidden elements inside the line, which come after it.
    deferred: Vec<u32>,
    /// Where marks are asked for.
    collector: Option<Box<Collector>>,
}

impl<'a> Layout<'a> {
    fn new(dom: &'a Dom) -> Self {
        Layout {
            dom,
            text: String::new(),
            outline: Outline::default(),
            frames: Vec::new(),
            line: None,
            gap: false,
            cell_gap: false,
            counted: NONE,
            deferred: Vec::new(),
            collector: None,
        }
    }

    /// Enters and leaves every node in document order, without recursion.
    fn walk(&mut self) {
        let dom = self.dom;
        // Nodes still to be entered, and elements still to be left.
        let mut stack = vec![Step::Enter(0)];
        while let Some(step) = stack.pop() {
            let (node, is_deferred) = match step {
                Step::Enter(node) => (node, false),
                Step::EnterDeferred(node) => (node, true),
                Step::Leave => {
                    let ends_line = self
                        .frames
                        .last()
                        .is_some_and(|f| matches!(f.flow, Flow::Block | Flow::Row));
                    if !(ends_line && self.take_deferred(step, &mut stack)) {
                        self.leave();
                    }
                    continue;
                }
            };
            let Some(data) = dom.nodes.get(node as usize).map(|n| &n.data) else { continue };
            match data {
                Data::Comment => continue,
                Data::Text(text) => {
                    self.push_text(text);
                    continue;
                }
                Data::Document => {}
                Data::Element(tag) => {
                    let style = style_of(tag);
                    let flow = self.flow(tag, node, &style);
                    let is_break = matches!(tag.name, local_name!("br") | local_name!("hr"));
                    if flow == Flow::Skipped {
                        // What stands around a control is words apart.
                        self.gap |=
                            matches!(tag.name, local_name!("select") | local_name!("textarea"));
                        continue;
                    }
                    if !is_deferred {
                        if style.is_hidden && self.defers(flow) {
                            self.deferred.push(node);
                            continue;
                        }
                        let ends_line = is_break || matches!(flow, Flow::Block | Flow::Row);
                        if ends_line && self.take_deferred(step, &mut stack) {
                            continue;
                        }
                    }
                    if is_break {
                        self.flush();
                    }
                    self.enter(tag, node, if is_deferred { Flow::Block } else { flow }, style);
                    stack.push(Step::Leave);
                    if tag.template != NONE {
                        stack.push(Step::Enter(tag.template));
                    }
                }
            }
            let first = stack.len();
            stack.extend(dom.children(node).map(Step::Enter));
            if let Some(children) = stack.get_mut(first..) {
                children.reverse();
            }
        }
        self.flush();
    }

    /// Whether a hidden element waits until the line around it has ended. What no reader sees has no
    /// place in a line that is seen: it could be junk planted into an article.
    fn defers(&self, flow: Flow) -> bool {
        let is_inside_seen = self.frames.last().is_some_and(|f| f.within & within::HIDDEN == 0);
        matches!(flow, Flow::Inline | Flow::Cell) && is_inside_seen
    }

    /// Ends the line and puts what waited for that before the step, if anything did.
    fn take_deferred(&mut self, step: Step, stack: &mut Vec<Step>) -> bool {
        if self.deferred.is_empty() {
            return false;
        }
        self.flush();
        stack.push(step);
        stack.extend(self.deferred.drain(..).rev().map(Step::EnterDeferred));
        true
    }

    fn flow(&self, tag: &Tag, node: u32, style: &Style) -> Flow {
        let in_player = self.frames.last().is_some_and(|f| f.in_player);
        let flow = match tag.name {
            local_name!("script")
            | local_name!("style")
            | local_name!("head")
            | local_name!("title")
            // The parser takes what these hold for one text, markup and all.
            | local_name!("iframe")
            | local_name!("noframes")
            | local_name!("noembed")
            | local_name!("embed")
            | local_name!("svg")
            | local_name!("datalist") => Flow::Skipped,
            // A formula as its editor had it, beside the formula.
            local_name!("annotation")
            | local_name!("annotation-xml")
                if tag.space == html5ever::ns!(mathml) =>
            {
                Flow::Skipped
            }
            // What may be edited is no text yet.
            local_name!("textarea") => Flow::Skipped,
            local_name!("math") if self.is_copy(node, style) => Flow::Skipped,
            local_name!("select") if self.is_short(node) => Flow::Skipped,
            // Within one that is read all are: else each of a nest of them would be looked through anew.
            ref name if is_player(name) && !in_player && self.is_mute(name, node) => Flow::Skipped,
            local_name!("tr") if self.is_tabled(node) => Flow::Row,
            local_name!("td") | local_name!("th")
                if self.frames.last().is_some_and(|f| f.flow == Flow::Row) =>
            {
                Flow::Cell
            }
            ref name if is_block(name) => Flow::Block,
            _ => Flow::Inline,
        };
        let in_cell = self.frames.last().is_some_and(|f| f.in_cell);
        match (flow, style.is_block) {
            // A block inside a cell that shares its line is only a wrapper.
            (Flow::Block, _) if in_cell => Flow::Inline,
            (Flow::Inline, Some(true)) if !in_cell => Flow::Block,
            (Flow::Block, Some(false)) if !is_structure(&tag.name) => Flow::Inline,
            _ => flow,
        }
    }

    /// Whether a formula is a copy for programs of one that is seen beside it, as a picture or set by a script's
    /// own means.
    fn is_copy(&self, math: u32, style: &Style) -> bool {
        let is_hidden = self.frames.last().is_some_and(|f| f.within & within::HIDDEN != 0);
        let parent = self.dom.nodes.get(math as usize).map_or(NONE, |n| n.parent);
        let class = self.dom.element(parent).and_then(|tag| tag.attribute("class"));
        let is_beside = matches!(class, Some("katex-mathml" | "MJX_Assistive_MathML"));
        style.is_hidden || is_hidden || is_beside
    }

    /// Whether a `<select>` holds nothing but choices, of which a reader sees one, and a film or the like
    /// nothing but a word for those who cannot see it. One that nobody closed holds the rest of the page.
    fn is_short(&self, element: u32) -> bool {
        let mut stack: Vec<u32> = self.dom.children(element).collect();
        while let Some(node) = stack.pop() {
            let Some(tag) = self.dom.element(node) else {
                let data = self.dom.nodes.get(node as usize).map(|n| &n.data);
                if matches!(data, Some(Data::Text(text)) if text.trim().len() > MAX_CHOICE) {
                    return false;
                }
                continue;
            };
            let is_part = matches!(tag.name, local_name!("optgroup") | local_name!("button"));
            if tag.name == local_name!("br") || is_block(&tag.name) && !is_part {
                return false;
            }
            stack.extend(self.dom.children(node));
        }
        true
    }

    /// Whether what plays or draws says nothing to those who do not see it but, at most, that they do not.
    fn is_mute(&self, name: &LocalName, player: u32) -> bool {
        let is_plug_in = matches!(*name, local_name!("object") | local_name!("applet"));
        if !is_plug_in && self.is_short(player) {
            return true;
        }
        let mut stack: Vec<u32> = self.dom.children(player).collect();
        while let Some(node) = stack.pop() {
            match self.dom.nodes.get(node as usize).map(|n| &n.data) {
                Some(Data::Text(text)) if !text.trim().is_empty() => return false,
                _ => stack.extend(self.dom.children(node)),
            }
        }
        true
    }

    /// Whether all cells of a row are short and hold nothing but text in a line.
    fn is_tabled(&self, row: u32) -> bool {
        self.has_short_cells(row, |tag, node| match tag.name {
            local_name!("br") => false,
            // A paragraph alone in its cell is only a habit of editors.
            local_name!("p") | local_name!("div") => {
                let parent = self.dom.nodes.get(node as usize).map_or(NONE, |n| n.parent);
                let elements = self.dom.children(parent).filter(|&c| self.dom.element(c).is_some());
                elements.count() <= 1
            }
            ref name => !is_block(name),
        })
    }

    /// Whether all cells of a row are short and hold nothing but lines, paragraphs and lists: a row of a
    /// table still, where the lines of a cell are joined.
    fn is_short_row(&self, row: u32) -> bool {
        self.has_short_cells(row, |tag, _| !is_block(&tag.name) || is_plain(&tag.name))
    }

    /// Whether all cells of a row are short and hold only elements that `may` stand there.
    fn has_short_cells(&self, row: u32, may: impl Fn(&Tag, u32) -> bool) -> bool {
        let mut cell = 0;
        let mut stack: Vec<u32> = self.dom.children(row).collect();
        stack.reverse();
        while let Some(node) = stack.pop() {
            match self.dom.nodes.get(node as usize).map(|n| &n.data) {
                Some(Data::Text(text)) => {
                    cell += text.trim().len();
                    if cell > MAX_CELL {
                        return false;
                    }
                }
                Some(Data::Element(tag)) => match tag.name {
                    local_name!("td") | local_name!("th") => cell = 0,
                    local_name!("script") | local_name!("style") => continue,
                    _ if !may(tag, node) => return false,
                    _ => {}
                },
                _ => continue,
            }
            let first = stack.len();
            stack.extend(self.dom.children(node));
            if let Some(children) = stack.get_mut(first..) {
                children.reverse();
            }
        }
        true
    }

    fn enter(&mut self, tag: &Tag, node: u32, flow: Flow, style: Style) {
        let parent = self.frames.last().copied().unwrap_or(Frame {
            element: 0,
            within: 0,
            in_link: false,
            is_bold: false,
            is_preformatted: false,
            color: None,
            ground: None,
            flow: Flow::Block,
            in_cell: false,
            in_short_row: false,
            in_player: false,
            closing: "",
            setting: Setting::default(),
        });
        let Style { is_hidden, is_silent, color, ground, keeps_lines, is_block: _ } = style;
        match flow {
            Flow::Block | Flow::Row => self.flush(),
            Flow::Cell => self.cell_gap = self.line.is_some(),
            Flow::Inline | Flow::Skipped => {}
        }
        let (color, ground) = (color.or(parent.color), ground.or(parent.ground));
        let mut bits = parent.within | bits_of(&tag.name);
        if is_hidden || is_silent {
            bits |= within::HIDDEN;
        }
        if color.is_some() && color == ground {
            bits |= within::UNSEEN;
        } else {
            bits &= !within::UNSEEN;
        }
        let elements = &mut self.outline.elements;
        let element = elements.len() as u32;
        let first_token = self.outline.tokens.len() as u32;
        let (signature, named) = push_tokens(tag, &mut self.outline.tokens);
        let line = self.outline.lines.len() as u32;
        elements.push(Element {
            name: tag.name.clone(),
            id: tag.attribute("id").unwrap_or_default().into(),
            parent: parent.element,
            depth: self.frames.len() as u32,
            end: element + 1,
            lines: line..line,
            within: bits,
            named,
            signature,
            tokens: first_token..self.outline.tokens.len() as u32,
        });
        let is_pre =
            matches!(tag.name, local_name!("pre") | local_name!("listing") | local_name!("xmp"));
        let is_bold = matches!(tag.name, local_name!("b") | local_name!("strong"));
        let (opening, closing) = self.generated(tag, node);
        // Lines are the same whether marks are asked for or not.
        let begins_short_row = self.collector.is_some()
            && tag.name == local_name!("tr")
            && flow == Flow::Block
            && self.is_short_row(node);
        let setting = match &mut self.collector {
            Some(collector) => collector.enter(tag, element, parent.setting),
            None => parent.setting,
        };
        self.frames.push(Frame {
            element,
            within: bits,
            in_link: parent.in_link || tag.name == local_name!("a"),
            is_bold: parent.is_bold || is_bold,
            is_preformatted: keeps_lines.unwrap_or(parent.is_preformatted || is_pre),
            color,
            ground,
            flow,
            in_cell: flow == Flow::Cell || parent.in_cell,
            in_short_row: parent.in_short_row || begins_short_row,
            in_player: parent.in_player || is_player(&tag.name),
            closing,
            setting,
        });
        match tag.name {
            // Choices outside of a menu are words apart.
            local_name!("option") => self.gap = true,
            local_name!("rt") => self.gap = false,
            _ => {}
        }
        if !opening.is_empty() {
            self.push_text(opening);
        }
    }

    fn leave(&mut self) {
        // What browsers write around an element stands at its text, not on a line of its own.
        if let Some(closing) = self.frames.last().map(|f| f.closing)
            && self.line.is_some()
            && !closing.is_empty()
        {
            self.gap = false;
            self.push_text(closing);
        }
        let Some(frame) = self.frames.pop() else { return };
        match frame.flow {
            Flow::Block | Flow::Row => self.flush(),
            Flow::Cell => self.cell_gap = self.line.is_some(),
            Flow::Inline | Flow::Skipped => {}
        }
        let end = self.outline.elements.len() as u32;
        let line = self.outline.lines.len() as u32 + u32::from(self.line.is_some());
        if let Some(element) = self.outline.elements.get_mut(frame.element as usize) {
            element.end = end;
            element.lines.end = line.max(element.lines.start);
            if let Some(collector) = &mut self.collector {
                collector.leave(&element.name);
            }
        }
    }

    /// What browsers write before and after an element: quotation marks, and brackets around a reading
    /// that stands above its characters in print.
    fn generated(&self, tag: &Tag, node: u32) -> (&'static str, &'static str) {
        let has_text = |child: u32| match self.dom.nodes.get(child as usize).map(|n| &n.data) {
            Some(Data::Text(text)) => !text.trim().is_empty(),
            Some(Data::Element(_)) => true,
            _ => false,
        };
        match tag.name {
            local_name!("q") if self.dom.children(node).any(has_text) => ("“", "”"),
            // `<rp>` holds brackets for readers like this one.
            local_name!("rt")
                if self.dom.children(node).any(has_text)
                    && self
                        .dom
                        .element_before(node)
                        .is_none_or(|e| e.name != local_name!("rp")) =>
            {
                ("(", ")")
            }
            _ => ("", ""),
        }
    }

    fn push_text(&mut self, text: &str) {
        let Some(frame) = self.frames.last().copied() else { return };
        if frame.is_preformatted {
            for (index, part) in text.split('\n').enumerate() {
                if index > 0 {
                    self.flush();
                }
                if frame.is_code()
                    && let Some(collector) = &mut self.collector
                {
                    collector.code(part);
                }
                self.push_words(part, frame);
            }
        } else {
            self.push_words(text, frame);
        }
    }

    fn push_words(&mut self, text: &str, frame: Frame) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
        if text.starts_with(is_space) {
            self.gap = true;
        }
        let mut characters = 0u32;
        let mut start = None;
        for (index, word) in text.split(is_space).filter(|word| !word.is_empty()).enumerate() {
            // White space of other sorts, and what shows nothing, start no line.
            let shows_nothing = |c: char| c.is_whitespace() || is_unseen(c);
            let is_first = self.line.is_none();
            let word = if is_first { word.trim_start_matches(shows_nothing) } else { word };
            if word.is_empty() {
                continue;
            }
            self.open_line(frame);
            if !is_first {
                if self.cell_gap {
                    self.text.push(CELL_GAP);
                } else if self.gap || index > 0 {
                    self.text.push(' ');
                }
            }
            (self.gap, self.cell_gap) = (false, false);
            start.get_or_insert(self.text.len());
            self.text.push_str(word);
            characters += word.chars().count() as u32;
        }
        if text.ends_with(is_space) {
            self.gap = true;
        }
        if characters == 0 {
            return;
        }
        if let (Some(collector), Some(start)) = (&mut self.collector, start) {
            let in_cell = frame.in_cell || frame.in_short_row;
            collector.text(start..self.text.len(), frame.setting, in_cell, frame.is_code());
        }
        let counted = self.counted;
        let link = if frame.in_link { self.innermost_link() } else { NONE };
        let elements = &self.outline.elements;
        let Some(line) = &mut self.line else { return };
        line.characters += characters;
        line.element = common(elements, line.element, frame.element);
        line.within &= frame.within;
        if frame.is_bold {
            line.in_bold += characters;
        }
        if frame.in_link {
            line.in_links += characters;
            if link != counted || line.links == 0 {
                line.links += 1;
                self.counted = link;
            }
        }
    }

    fn innermost_link(&self) -> u32 {
        let is_link = |f: &&Frame| {
            let element = self.outline.elements.get(f.element as usize);
            element.is_some_and(|e| e.name == local_name!("a"))
        };
        self.frames.iter().rev().find(is_link).map_or(NONE, |f| f.element)
    }

    fn open_line(&mut self, frame: Frame) {
        let start = self.text.len();
        self.line.get_or_insert_with(|| TextLine {
            bytes: start..start,
            element: frame.element,
            within: frame.within,
            ..TextLine::default()
        });
    }

    /// Ends the line that is being filled.
    fn flush(&mut self) {
        (self.gap, self.cell_gap) = (false, false);
        if let Some(collector) = &mut self.collector {
            collector.end_line(self.line.as_ref().map(|_| self.outline.lines.len() as u32));
        }
        let Some(mut line) = self.line.take() else { return };
        let text = self.text.get(line.bytes.start..).unwrap_or_default();
        let end = line.bytes.start + text.trim_end().len();
        self.text.truncate(end);
        line.bytes.end = end;
        self.text.push('\n');
        self.outline.lines.push(line);
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Enter(u32),
    /// An element that waited for the end of the line around it.
    EnterDeferred(u32),
    Leave,
}

/// The innermost element that holds both.
fn common(elements: &[Element], mut a: u32, mut b: u32) -> u32 {
    let at = |e: u32| elements.get(e as usize).map_or((0, 0), |e| (e.depth, e.parent));
    while a != b {
        let ((depth_a, parent_a), (depth_b, parent_b)) = (at(a), at(b));
        if depth_a == 0 && depth_b == 0 {
            return a.min(b);
        }
        if depth_a >= depth_b {
            a = parent_a;
        }
        if depth_b >= depth_a {
            b = parent_b;
        }
    }
    a
}

/// Whether an element plays or draws, and holds what is for those who do not see that.
fn is_player(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("object")
            | local_name!("applet")
            | local_name!("audio")
            | local_name!("video")
            | local_name!("canvas")
    )
}

/// Whether the lines of a page hang on an element, whatever its style says.
fn is_structure(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("html")
            | local_name!("body")
            | local_name!("table")
            | local_name!("tbody")
            | local_name!("thead")
            | local_name!("tfoot")
            | local_name!("tr")
            | local_name!("td")
            | local_name!("th")
            | local_name!("pre")
    )
}

/// Whether a block says nothing of its text but where lines end, or that it is a list.
fn is_plain(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("address")
            | local_name!("center")
            | local_name!("dd")
            | local_name!("div")
            | local_name!("dl")
            | local_name!("dt")
            | local_name!("li")
            | local_name!("ol")
            | local_name!("p")
            | local_name!("ul")
    )
}

/// Whether an element stands on lines of its own.
pub(super) fn is_block(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("html")
            | local_name!("body")
            | local_name!("address")
            | local_name!("article")
            | local_name!("aside")
            | local_name!("blockquote")
            | local_name!("button")
            | local_name!("caption")
            | local_name!("center")
            | local_name!("dd")
            | local_name!("details")
            | local_name!("dialog")
            | local_name!("dir")
            | local_name!("div")
            | local_name!("dl")
            | local_name!("dt")
            | local_name!("fieldset")
            | local_name!("figcaption")
            | local_name!("figure")
            | local_name!("footer")
            | local_name!("form")
            | local_name!("frameset")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6")
            | local_name!("header")
            | local_name!("hgroup")
            | local_name!("legend")
            | local_name!("li")
            | local_name!("listing")
            | local_name!("main")
            | local_name!("marquee")
            | local_name!("menu")
            | local_name!("nav")
            | local_name!("noscript")
            | local_name!("ol")
            | local_name!("optgroup")
            | local_name!("p")
            | local_name!("plaintext")
            | local_name!("pre")
            | local_name!("search")
            | local_name!("section")
            | local_name!("select")
            | local_name!("summary")
            | local_name!("table")
            | local_name!("tbody")
            | local_name!("td")
            | local_name!("template")
            | local_name!("textarea")
            | local_name!("tfoot")
            | local_name!("th")
            | local_name!("thead")
            | local_name!("tr")
            | local_name!("ul")
            | local_name!("xmp")
    )
}

fn bits_of(name: &LocalName) -> u32 {
    match *name {
        local_name!("article") => within::ARTICLE,
        local_name!("main") => within::MAIN,
        local_name!("nav") => within::NAV,
        local_name!("aside") => within::ASIDE,
        local_name!("header") => within::HEADER,
        local_name!("footer") => within::FOOTER,
        local_name!("form") => within::FORM,
        local_name!("ul") | local_name!("ol") | local_name!("menu") | local_name!("dl") => {
            within::LIST
        }
        local_name!("table") => within::TABLE,
        local_name!("h1") => within::HEADING_1,
        local_name!("h2") | local_name!("h3") => within::HEADING_2,
        local_name!("h4") | local_name!("h5") | local_name!("h6") => within::HEADING_4,
        local_name!("p") => within::PARAGRAPH,
        local_name!("blockquote") => within::QUOTE,
        local_name!("pre") | local_name!("code") | local_name!("listing") | local_name!("xmp") => {
            within::CODE
        }
        local_name!("figure") | local_name!("figcaption") | local_name!("caption") => {
            within::CAPTION
        }
        local_name!("button") | local_name!("label") | local_name!("fieldset") => within::CONTROL,
        local_name!("noscript") | local_name!("template") => within::FALLBACK,
        local_name!("section") => within::SECTION,
        local_name!("time") => within::TIME,
        _ => 0,
    }
}

/// Longest class or id that is taken apart; what is longer was made by a machine.
const MAX_VALUE: usize = 400;
/// An element brings at most this many tokens.
const MAX_TOKENS: usize = 24;

/// Appends the hashes of an element's name and of the words in its class, id, role and item
/// properties; returns a hash of name and classes, and what the words say (see [`super::named`]).
fn push_tokens(tag: &Tag, tokens: &mut Vec<u32>) -> (u32, u16) {
    let first = tokens.len();
    let name = hash(fnv::SEED, &tag.name);
    tokens.push(name);
    let (mut signature, mut named) = (name, 0);
    for attribute in &tag.attributes {
        let salt = match attribute.name.local {
            local_name!("class") => {
                signature = hash(signature, &attribute.value);
                NAME
            }
            local_name!("id") => NAME,
            local_name!("role") => b'r',
            local_name!("itemprop") => b'p',
            local_name!("rel") => b'l',
            _ => continue,
        };
        let value = attribute.value.get(..MAX_VALUE).unwrap_or(&attribute.value);
        if value.len() > MAX_VALUE {
            continue;
        }
        for name in value.split_ascii_whitespace() {
            let from = tokens.len();
            for word in words(name).take((first + MAX_TOKENS).saturating_sub(from)) {
                tokens.push(hash_word(salt, &name[word]));
            }
            if salt == NAME {
                named |= naming::said_by(&tokens[from..]);
            }
        }
    }
    (signature, named)
}

/// Class and id share their words; what names the item or the role does not.
const NAME: u8 = b'c';

/// The hash of a word of a class or id.
pub(super) fn hash_of_name(word: &str) -> u32 {
    hash_word(NAME, word)
}

/// The words of a class or id: `relatedPosts`, `related-posts` and `related_posts` are two each.
fn words(value: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = value.get(from..)?;
        let start = from + rest.find(|c: char| c.is_alphanumeric())?;
        let mut last = None;
        let mut end = value.len();
        for (offset, c) in value.get(start..)?.char_indices() {
            let is_turn = c.is_uppercase() && last.is_some_and(char::is_lowercase);
            if !c.is_alphanumeric() || is_turn {
                end = start + offset;
                break;
            }
            last = Some(c);
        }
        from = end;
        Some(start..end)
    })
    .filter(|word| word.len() > 1)
}

fn hash(seed: u32, text: &str) -> u32 {
    fnv::hash(seed, text.bytes())
}

/// The hash of a word in lower case, with every run of digits as one: `p12` and `p7` are alike.
fn hash_word(salt: u8, word: &str) -> u32 {
    let mut was_digit = false;
    let bytes = word.bytes().filter_map(|byte| {
        let is_digit = byte.is_ascii_digit();
        let is_repeated = is_digit && was_digit;
        was_digit = is_digit;
        let byte = if is_digit { b'0' } else { byte.to_ascii_lowercase() };
        (!is_repeated).then_some(byte)
    });
    fnv::hash(fnv::SEED ^ u32::from(salt), bytes)
}

/// Characters that show nothing and part nothing.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
