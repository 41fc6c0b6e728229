//! Pages made for training: planted and garbled copies of real pages, and pages composed around
//! prose. A made page stays in the fold of what it was made from, and each fold has words and
//! paragraphs of its own, so that no held-out margin has seen the junk it is asked about.

use std::{collections::HashSet, path::Path};

use rayon::prelude::*;

use super::{
    corpus::{Corpus, Origin, TrainingPage},
    random::Rng,
    recipe::Recipe,
    synth::{
        Composer, Family, Genre, Lexicons, LinesOf, Planter, TermShare, garble, hypertext, mark_up,
    },
};
use crate::{
    Error, Result,
    digest::Digest,
    input::{LabelledLine, LabelledPage, read_lines},
    text::Label,
};

/// What intruders and template sites plant; link farms, betting and hidden trades more often.
pub const PLANTED: [Family; 18] = [
    Family::LinkFarm,
    Family::LinkFarm,
    Family::LinkFarm,
    Family::Gambling,
    Family::Gambling,
    Family::Gambling,
    Family::Trade,
    Family::Trade,
    Family::Trade,
    Family::Adult,
    Family::Adult,
    Family::Mirror,
    Family::Mirror,
    Family::Doorway,
    Family::HiddenMarkup,
    Family::Ticker,
    Family::Download,
    Family::Share,
];

/// What is planted into pages that are composed for it: above all what few labelled pages hold.
const HACKED: [Family; 19] = [
    Family::Trade,
    Family::Trade,
    Family::Trade,
    Family::Trade,
    Family::Trade,
    Family::Trade,
    Family::Gambling,
    Family::Gambling,
    Family::Gambling,
    Family::Gambling,
    Family::LinkFarm,
    Family::LinkFarm,
    Family::LinkFarm,
    Family::Adult,
    Family::Adult,
    Family::Mirror,
    Family::Mirror,
    Family::Doorway,
    Family::Doorway,
];

/// What pages are made from, besides the labelled pages themselves.
#[derive(Debug, Clone)]
pub struct Materials {
    /// Words that junk is composed of.
    pub lexicons: Lexicons,
    /// Paragraphs, file by file.
    prose: Vec<Vec<String>>,
    headlines: Vec<String>,
    /// Digest of the files that were read.
    pub digest: String,
    /// Files that the recipe names and that were not there.
    pub missing: Vec<String>,
}

impl Materials {
    /// Reads what the recipe names below the folder `data`; without a folder, or where a file is
    /// not there, the made pages do without it.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::BadInput`] for a file that is there and cannot be read.
    pub fn load(recipe: &Recipe, data: Option<&Path>) -> Result<Materials> {
        let mut materials = Materials {
            lexicons: Lexicons::builtin(),
            prose: Vec::new(),
            headlines: Vec::new(),
            digest: String::new(),
            missing: Vec::new(),
        };
        let mut digest = Digest::new();
        let mut find = |name: &str| {
            let path = data.map(|folder| folder.join(name)).filter(|path| path.exists());
            if path.is_none() {
                materials.missing.push(name.to_owned());
            }
            path
        };
        for name in &recipe.synth.prose {
            if let Some(path) = find(name) {
                let lines = read_lines(&path)?;
                lines.iter().fold(digest.field(name), |d, line| d.field(line));
                materials.prose.push(lines);
            }
        }
        for name in &recipe.synth.headlines {
            if let Some(path) = find(name) {
                let lines = read_lines(&path)?;
                lines.iter().fold(digest.field(name), |d, line| d.field(line));
                materials.headlines.extend(lines);
            }
        }
        for (family, files) in &recipe.synth.lexicons {
            for name in files {
                if let Some(path) = find(name) {
                    materials.lexicons.add_file(family, &path)?;
                    let bytes = std::fs::read(&path).map_err(|e| Error::io(&path, e))?;
                    digest.field(name).field(bytes);
                }
            }
        }
        materials.digest = digest.hex();
        Ok(materials)
    }

    /// The same without the words of a share, for training where that share is measured with.
    pub fn without(&self, share: TermShare) -> Materials {
        Materials { lexicons: self.lexicons.without(share), ..self.clone() }
    }
}

/// The corpus that a training learns from: real pages, and those that the recipe asks to be made from them.
///
/// # Errors
/// Those of [`Corpus::assemble`].
pub fn corpus(pages: Vec<LabelledPage>, recipe: &Recipe, materials: &Materials) -> Result<Corpus> {
    Corpus::assemble(pages, recipe, |pages, html, folds| {
        Ok(make(pages, html, folds, recipe, materials))
    })
}

/// Makes the pages that the recipe asks for, from real pages that know their folds.
pub fn make(
    pages: &[TrainingPage],
    html: &[TrainingPage],
    folds: usize,
    recipe: &Recipe,
    materials: &Materials,
) -> Vec<TrainingPage> {
    let by_fold: Vec<Lexicons> =
        (0..folds).map(|fold| materials.lexicons.share(TermShare { fold, folds })).collect();
    let mut made: Vec<TrainingPage> = pages
        .par_iter()
        .chain(html)
        .flat_map_iter(|base| {
            let lexicons = &by_fold[base.fold];
            (0..recipe.copies_of(&base.page)).map(move |copy| {
                let PlantedCopy { page, planted } = planted(&base.page, lexicons, recipe, copy);
                let is_new = new_lines(&base.page, &page);
                TrainingPage { is_new, planted, ..TrainingPage::new(page, base.fold, Origin::Made) }
            })
        })
        .collect();
    for (fold, lexicons) in by_fold.iter().enumerate() {
        let composed = composed(pages, fold, folds, recipe, materials, lexicons);
        // Nor may few pages of HTML drown in those that are written here.
        let count = recipe.html.composed.min(html.len() * 4) / folds;
        made.extend(marked_up(&composed, count, recipe, lexicons));
        made.extend(composed);
    }
    made
}

/// A copy of a page with junk planted into it.
#[derive(Debug, Clone)]
pub struct PlantedCopy {
    /// The copy.
    pub page: LabelledPage,
    /// Which of its lines were planted. Junk of the page itself is not, garbled or no.
    pub planted: Vec<bool>,
}

/// Plants junk into the tree of a page of HTML, and into the lines of any other, some of which are
/// garbled.
pub fn planted(
    page: &LabelledPage,
    lexicons: &Lexicons,
    recipe: &Recipe,
    copy: usize,
) -> PlantedCopy {
    // A page that is there as text and as HTML is not planted alike.
    let tree = if page.html.is_some() { " tree" } else { "" };
    let mut rng = Rng::derive(recipe.seed, &format!("{}{tree}", page.id), copy as u64);
    let mut copied = if page.html.is_some() {
        hypertext::plant(page, lexicons, &PLANTED, &mut rng)
    } else {
        Planter::new(lexicons, &PLANTED).plant(page, &mut rng)
    };
    let planted = planted_lines(page, &copied);
    // Garbling rewrites the lines of a labelled page and moves none.
    if page.html.is_none() && rng.chance(recipe.synth.garbled) {
        copied = garble(&copied, LinesOf::Copy, &mut rng);
    }
    copied.id = format!("{}+planted{copy}", page.id);
    PlantedCopy { page: copied, planted }
}

/// Junk lines that the original has not.
fn planted_lines(original: &LabelledPage, copy: &LabelledPage) -> Vec<bool> {
    let junk = original.lines.iter().filter(|l| l.label == Label::Junk);
    let is_new = unseen(copy, junk).into_iter();
    is_new.zip(&copy.lines).map(|(is_new, l)| is_new && l.label == Label::Junk).collect()
}

/// Whether the text of each line of a copy is none of these.
fn unseen<'a>(copy: &LabelledPage, lines: impl Iterator<Item = &'a LabelledLine>) -> Vec<bool> {
    let before: HashSet<&str> = lines.map(|line| line.text.as_str()).collect();
    copy.lines.iter().map(|line| !before.contains(line.text.as_str())).collect()
}

/// Whether each line of a copy is new or changed: the lines of the page come in the same order in
/// the copy, so one walk over both finds them.
fn new_lines(page: &LabelledPage, copy: &LabelledPage) -> Vec<bool> {
    let mut rest = page.lines.iter().peekable();
    let mut is_new = Vec::with_capacity(copy.lines.len());
    for line in &copy.lines {
        let same = rest.next_if(|base| base.text == line.text && base.spans == line.spans);
        is_new.push(same.is_none());
        // Behind a line that was changed the walk goes on at the next one that is the same.
        if same.is_none() && !is_ahead(&copy.lines[is_new.len()..], rest.peek()) {
            rest.next();
        }
    }
    is_new
}

/// Whether a line of the page still comes in the rest of the copy.
fn is_ahead(rest_of_copy: &[LabelledLine], line: Option<&&LabelledLine>) -> bool {
    line.is_none_or(|line| {
        rest_of_copy.iter().any(|l| l.text == line.text && l.spans == line.spans)
    })
}

/// So many neighbouring items, or all where there are fewer.
fn run<'a, T>(items: &'a [T], count: usize, rng: &mut Rng) -> &'a [T] {
    let count = count.min(items.len());
    let from = rng.below(items.len() + 1 - count);
    items.get(from..from + count).unwrap_or_default()
}

/// Pages of one fold, composed around its prose and around the articles of its pages.
fn composed(
    pages: &[TrainingPage],
    fold: usize,
    folds: usize,
    recipe: &Recipe,
    materials: &Materials,
    lexicons: &Lexicons,
) -> Vec<TrainingPage> {
    let own = |lines: &[String]| -> Vec<String> {
        // Neighbouring paragraphs are often of one article, so they are dealt out in runs.
        let runs = lines.chunks(40).enumerate().filter(|(run, _)| run % folds == fold);
        runs.flat_map(|(_, lines)| lines.iter().cloned()).collect()
    };
    let prose: Vec<Vec<String>> = materials.prose.iter().map(|lines| own(lines)).collect();
    let headlines = own(&materials.headlines);
    let headlines: Vec<&str> = headlines.iter().map(String::as_str).collect();
    let composer = Composer::new(lexicons, &headlines);
    let articles: Vec<(&str, Vec<&str>)> = pages
        .iter()
        .filter(|p| p.fold == fold)
        .map(|p| {
            let lines = p.page.lines.iter().filter(|l| l.label == Label::Article);
            let texts = lines.map(|l| l.text.as_str()).collect();
            (p.page.lang.as_deref().unwrap_or("zh"), texts)
        })
        .filter(|(_, lines): &(_, Vec<&str>)| lines.len() >= 4)
        .collect();

    let share = |whole: usize| whole / folds + usize::from(fold < whole % folds);
    let page = |id: String, make: &(dyn Fn(&str, &mut Rng) -> (Genre, LabelledPage) + Sync)| {
        let mut rng = Rng::derive(recipe.seed, &id, 0);
        let (genre, page) = make(&id, &mut rng);
        let mut made = TrainingPage::new(page, fold, Origin::Made);
        made.page.site = format!("made in fold {fold}");
        let mut lines_of = LinesOf::Composed;
        if genre == Genre::Hacked {
            let hacked = Planter::new(lexicons, &HACKED).plant_often(&made.page, &mut rng);
            made.is_new = unseen(&hacked, made.page.lines.iter());
            made.planted = planted_lines(&made.page, &hacked);
            made.page = hacked;
            // What is known of its lines is known by their number.
            lines_of = LinesOf::Copy;
        }
        if rng.chance(recipe.synth.garbled) {
            made.page = garble(&made.page, lines_of, &mut rng);
        }
        TrainingPage { genre: Some(genre), ..made }
    };
    let paragraphs = |english: bool, rng: &mut Rng| -> Vec<&str> {
        let full: Vec<&Vec<String>> = prose.iter().filter(|p| !p.is_empty()).collect();
        let in_language: Vec<&Vec<&str>> = articles
            .iter()
            .filter(|(lang, _)| lang.starts_with("en") == english)
            .map(|(_, lines)| lines)
            .collect();
        if (english || full.is_empty() || rng.chance(0.4))
            && let Some(lines) = rng.choose(&in_language)
        {
            return run(lines, rng.range(1, 40), rng).to_vec();
        }
        match rng.choose(&full) {
            Some(lines) if !english => {
                run(lines, rng.skewed(1, 24), rng).iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    };
    let around = |number: usize| {
        page(format!("composed {fold}.{number}"), &|id, rng| {
            let mut genre = recipe.synth.genre(true, rng);
            let mut lang = genre.language(rng);
            let lines = paragraphs(lang.starts_with("en"), rng);
            if lines.is_empty() && matches!(genre, Genre::Article | Genre::Hacked) {
                // Without paragraphs there is nothing to put menus around.
                genre = Genre::Reference;
                lang = genre.language(rng);
            }
            (genre, composer.make(genre, id, lang, &lines, rng))
        })
    };
    let junk = |number: usize| {
        page(format!("junk page {fold}.{number}"), &|id, rng| {
            let genre = recipe.synth.genre(false, rng);
            let lang = genre.language(rng);
            // What lists of articles tell of them.
            let lines = paragraphs(lang.starts_with("en"), rng);
            (genre, composer.make(genre, id, lang, &lines, rng))
        })
    };
    // Few labelled pages must not drown in made ones.
    let around_count = share(recipe.synth.composed.min(pages.len() * 2));
    let junk_count = share(recipe.synth.junk_pages.min(pages.len() / 4));
    let mut made: Vec<TrainingPage> = (0..around_count).into_par_iter().map(around).collect();
    made.extend((0..junk_count).map(junk));
    made
}

/// Some of the composed pages of one fold as pages of HTML.
fn marked_up(
    composed: &[TrainingPage],
    count: usize,
    recipe: &Recipe,
    lexicons: &Lexicons,
) -> Vec<TrainingPage> {
    // What is planted into trees is planted where the pages are HTML.
    let is_own = |made: &&TrainingPage| made.genre != Some(Genre::Hacked);
    let composed: Vec<&TrainingPage> = composed.iter().filter(is_own).collect();
    // Genres follow one another in no order, so every so many pages are as mixed as all.
    let count = count.min(composed.len());
    let chosen = (0..count).into_par_iter().map(|index| composed[index * composed.len() / count]);
    let marked = chosen.map(|base| {
        let mut rng = Rng::derive(recipe.seed, &format!("{} as HTML", base.page.id), 0);
        // A language that few pages are in would else be known as that of teasers.
        let is_other =
            |other: &&LabelledPage| other.lang == base.page.lang && other.id != base.page.id;
        let others: Vec<&LabelledPage> =
            composed.iter().map(|made| &made.page).filter(is_other).collect();
        let page = mark_up(&base.page, &others, lexicons, &mut rng);
        TrainingPage { genre: base.genre, ..TrainingPage::new(page, base.fold, Origin::Made) }
    });
    marked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::testing::{self, line};

    fn page() -> LabelledPage {
        let page = testing::page([
            line("返回首页浏览全部栏目", Label::Junk),
            line("渡口的老船工说，今年的水比往年来得早，两岸的柳树都已经绿了。", Label::Article),
            line("他每天天不亮就起来，把缆绳一根一根地理好，等第一批过河的人。", Label::Article),
            line("热门文章排行与网友推荐", Label::Junk),
        ]);
        LabelledPage { lang: Some("zh".into()), ..page }
    }

    #[test]
    fn junk_of_the_page_is_not_planted_even_where_it_was_garbled() {
        let mut recipe = Recipe::parse(super::super::recipe::DEFAULT).unwrap();
        recipe.synth.garbled = 1.0;
        let (lexicons, page) = (Lexicons::builtin(), page());
        let (mut rewritten, mut whole) = (0, 0);
        for copy in 0..120 {
            let copied = planted(&page, &lexicons, &recipe, copy);
            assert_eq!(copied.planted.len(), copied.page.lines.len());
            let lines = || copied.page.lines.iter().zip(&copied.planted);
            assert!(lines().all(|(line, &is_planted)| !is_planted || line.label == Label::Junk));
            let own: Vec<&str> = lines()
                .filter(|(line, is_planted)| line.label == Label::Junk && !**is_planted)
                .map(|(line, _)| line.text.as_str())
                .collect();
            assert_eq!(own.len(), 2, "{own:?}");
            rewritten += own.iter().filter(|t| page.lines.iter().all(|l| l.text != **t)).count();
            whole += usize::from(copied.planted.contains(&true));
        }
        // The others have it inside their lines.
        assert!(rewritten > 10 && whole > 90, "{rewritten} {whole}");
    }

    #[test]
    fn what_is_known_of_the_lines_of_a_hacked_page_fits_them() {
        let mut recipe = Recipe::parse(super::super::recipe::DEFAULT).unwrap();
        (recipe.synth.garbled, recipe.synth.composed) = (1.0, 200);
        recipe.synth.genres = [("hacked".to_owned(), 1.0)].into();
        let materials = Materials::load(&recipe, None).unwrap();
        let article = page().lines.into_iter().filter(|l| l.label == Label::Article);
        let lines: Vec<LabelledLine> = article.cycle().take(8).collect();
        let pages: Vec<TrainingPage> = (0..200)
            .map(|number| {
                let page = LabelledPage { lines: lines.clone(), ..page() };
                TrainingPage::new(page, number % 2, Origin::Gold)
            })
            .collect();
        let made = make(&pages, &[], 2, &recipe, &materials);
        let hacked = made.iter().filter(|page| page.genre == Some(Genre::Hacked));
        let (mut count, mut planted, mut said) = (0, 0, 0);
        for made in hacked {
            let known = (made.is_new.len(), made.planted.len());
            assert_eq!(known, (made.page.lines.len(), made.page.lines.len()), "{}", made.page.id);
            for (line, (&is_new, &is_planted)) in
                made.page.lines.iter().zip(made.is_new.iter().zip(&made.planted))
            {
                assert!(!is_planted || is_new && line.label == Label::Junk, "{line:?}");
                planted += usize::from(is_planted);
                said += usize::from(is_new && line.label == Label::Article);
            }
            count += 1;
        }
        assert!(count > 150 && planted > count && said > count, "{count} {planted} {said}");
    }
}
