//! What follows from patterns, and from literals with patterns about.
//!
//! Each atom gets a few sample texts that contain it, and the scanner says what else occurs in them. Only what occurs
//! in all of them may follow from it, and only that is put to the automata ([`search`]): is there a text with
//! this atom and without those? A text that is found is one more sample; finding none is the proof.

use wrp_graph::scan::literals::{Case, Edge};
use wrp_graph::scan::{Builder, PatternId, Scanner};

use super::Limits;
use super::atom::Atom;
use super::fold::is_word;
use super::literal::Literal;
use super::machine::Machine;
use super::search::{Found, Taste, search};
use super::set::Set;
use super::theory::Theory;

/// A text, and the atoms that the scanner has seen in it.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub text: String,
    pub seen: Set,
}

/// What is known of the atoms that are strings and patterns, where there is any pattern among them.
#[derive(Debug)]
pub(super) struct Patterns {
    limits: Limits,
    /// Work that may still be done.
    left: usize,
    scanner: Scanner,
    marks: Vec<Option<PatternId>>,
    /// The atoms that the scanner's pattern stands for.
    atoms: Vec<Vec<usize>>,
    machines: Vec<Option<Box<Machine>>>,
    /// Of each atom, texts with it.
    samples: Vec<Vec<Sample>>,
    is_pattern: Set,
    never: Set,
    /// Whether every match begins or ends where the text does.
    anchored: Vec<(bool, bool)>,
}

impl Patterns {
    pub(super) fn new(atoms: &[Atom], limits: Limits) -> Patterns {
        let is_pattern: Set = (0..atoms.len()).filter(|at| matches!(atoms[*at], Atom::Pattern(_))).collect();
        let mut patterns = Patterns {
            limits,
            left: limits.total,
            scanner: Scanner::default(),
            marks: vec![None; atoms.len()],
            atoms: Vec::new(),
            machines: std::iter::repeat_with(|| None).take(atoms.len()).collect(),
            samples: vec![Vec::new(); atoms.len()],
            is_pattern,
            never: Set::default(),
            anchored: vec![(false, false); atoms.len()],
        };
        if !patterns.is_pattern.is_empty() {
            patterns.begin(atoms);
        }
        patterns
    }

    fn begin(&mut self, atoms: &[Atom]) {
        let mut builder = Builder::for_few_texts();
        for (number, atom) in atoms.iter().enumerate() {
            self.marks[number] = match atom {
                Atom::Literal(it) => Some(mark(&mut builder, it)),
                Atom::Pattern(it) => builder.regex(&it.text, it.ignore_case).ok(),
                Atom::Always | Atom::Reaches(..) => None,
            };
            if let Some(mark) = self.marks[number] {
                let at = mark.0 as usize;
                self.atoms.resize(self.atoms.len().max(at + 1), Vec::new());
                self.atoms[at].push(number);
            }
        }
        self.scanner = builder.finish();
        for (number, atom) in atoms.iter().enumerate() {
            if let Atom::Literal(literal) = atom {
                self.samples[number] =
                    in_context(literal).into_iter().map(|text| self.sample(text)).collect();
            }
        }
        for number in self.is_pattern.clone().iter() {
            self.machine(atoms, number);
            if let Some(machine) = self.machines[number].as_deref() {
                self.anchored[number] = machine.anchors();
            }
            for taste in [Taste::Readable, Taste::Strange] {
                match self.find(atoms, &[], &[number], taste) {
                    Found::Text(text) => {
                        let sample = self.sample(text);
                        self.samples[number].push(sample);
                    }
                    Found::Nothing => self.never.insert(number),
                    Found::GaveUp => {}
                }
            }
        }
    }

    /// Whether the atom is so of no text.
    pub(super) fn never(&self, atom: usize) -> bool {
        self.never.has(atom)
    }

    pub(super) fn any(&self) -> bool {
        !self.is_pattern.is_empty()
    }

    pub(super) fn samples(&self, atom: usize) -> &[Sample] {
        &self.samples[atom]
    }

    pub(super) fn is_pattern(&self, atom: usize) -> bool {
        self.is_pattern.has(atom)
    }

    /// Whether it is a string or a pattern.
    pub(super) fn is_text(&self, atom: usize) -> bool {
        self.marks[atom].is_some()
    }

    /// Whether it looks at the start, and at the end of the text.
    pub(super) fn is_anchored(&self, atom: usize) -> (bool, bool) {
        self.anchored[atom]
    }

    /// Adds what follows through patterns to a theory that knows what follows through literals.
    pub(super) fn apply(&mut self, theory: &mut Theory) {
        if !self.any() {
            return;
        }
        self.apply_always(theory);
        for atom in 0..theory.atoms.len() {
            if self.marks[atom].is_none() || self.never(atom) {
                continue;
            }
            let mut samples = self.samples[atom].clone();
            if samples.is_empty() {
                // Not even one text was found in time.
                theory.open[atom].extend(0..theory.clauses.len());
                continue;
            }
            for clause in common(theory, &samples) {
                let involved =
                    self.is_pattern(atom) || theory.clauses[clause].iter().any(|it| self.is_pattern(*it));
                if !involved || theory.always.has(clause) || theory.implied[atom].has(clause) {
                    continue;
                }
                match self.follows(theory, &[atom], clause, &mut samples) {
                    Some(true) => theory.implied[atom].insert(clause),
                    Some(false) => {}
                    None => theory.open[atom].insert(clause),
                }
            }
            self.samples[atom] = samples;
        }
    }

    /// Clauses of patterns that hold on every text, the empty one included.
    fn apply_always(&mut self, theory: &mut Theory) {
        let nothing = vec![self.sample(String::new())];
        for clause in common(theory, &nothing) {
            if self.follows(theory, &[], clause, &mut nothing.clone()) == Some(true) {
                theory.always.insert(clause);
            }
        }
    }

    /// Whether a clause holds on every text with these atoms; `samples` are such texts, and get more.
    pub(super) fn follows(
        &mut self,
        theory: &Theory,
        atoms: &[usize],
        clause: usize,
        samples: &mut Vec<Sample>,
    ) -> Option<bool> {
        let mut silent = Set::default();
        for sample in samples.iter() {
            let found = sample.of_clause(theory, clause);
            if found.is_empty() {
                return Some(false);
            }
            silent.join(&found);
        }
        loop {
            let without: Vec<usize> = silent.iter().collect();
            match self.find(&theory.atoms, &without, atoms, Taste::Readable) {
                Found::Nothing => return Some(true),
                Found::GaveUp => return None,
                Found::Text(text) => {
                    let sample = self.sample(text);
                    let found = sample.of_clause(theory, clause);
                    samples.push(sample);
                    if found.is_empty() || found.iter().all(|atom| silent.has(atom)) {
                        return Some(false);
                    }
                    silent.join(&found);
                }
            }
        }
    }

    /// A text with an atom and without a clause.
    pub(super) fn without(&mut self, theory: &Theory, atom: usize, clause: usize) -> Option<String> {
        let known = |sample: &&Sample| sample.of_clause(theory, clause).is_empty();
        if let Some(sample) = self.samples[atom].iter().find(known) {
            return Some(sample.text.clone());
        }
        let mut samples = self.samples[atom].clone();
        let verdict = self.follows(theory, &[atom], clause, &mut samples);
        samples.pop().map(|sample| sample.text).filter(|_| verdict == Some(false))
    }

    /// Whether some text has all of these atoms.
    pub(super) fn find_text(&mut self, theory: &Theory, atoms: &[usize]) -> Option<bool> {
        match self.find(&theory.atoms, &[], atoms, Taste::Readable) {
            Found::Text(_) => Some(true),
            Found::Nothing => Some(false),
            Found::GaveUp => None,
        }
    }

    /// Whether every text has one of these atoms.
    pub(super) fn every_text_has(&mut self, theory: &Theory, atoms: &[usize]) -> Option<bool> {
        match self.find(&theory.atoms, atoms, &[], Taste::Readable) {
            Found::Text(_) => Some(false),
            Found::Nothing => Some(true),
            Found::GaveUp => None,
        }
    }

    /// A text with some atoms and without others.
    pub(super) fn find(&mut self, atoms: &[Atom], silent: &[usize], fire: &[usize], taste: Taste) -> Found {
        if fire.iter().any(|atom| silent.contains(atom)) {
            return Found::Nothing;
        }
        let wanted: Vec<usize> = silent.iter().chain(fire).copied().collect();
        let mut taken = Vec::with_capacity(wanted.len());
        let mut work = self.limits.work.min(self.left);
        for number in &wanted {
            self.machine(atoms, *number);
            match self.machines[*number].take() {
                Some(machine) => taken.push((*number, machine)),
                // The same atom stands on both sides, or it is too big.
                None => work = 0,
            }
        }
        let mut machines: Vec<&mut Machine> = taken.iter_mut().map(|(_, machine)| &mut **machine).collect();
        let mut rest = work;
        let found = match work {
            0 => Found::GaveUp,
            _ => search(&mut machines, silent.len(), taste, &mut rest),
        };
        self.left -= work - rest;
        for (number, machine) in taken {
            self.machines[number] = Some(machine);
        }
        found
    }

    /// The text with the atoms that it contains.
    pub(super) fn sample(&self, text: String) -> Sample {
        let hits = self.scanner.scan(&text);
        let of = |mark: PatternId| self.atoms.get(mark.0 as usize).into_iter().flatten().copied();
        Sample { seen: hits.patterns().flat_map(of).collect(), text }
    }

    fn machine(&mut self, atoms: &[Atom], number: usize) {
        if self.machines[number].is_none() {
            self.machines[number] = Machine::new(&atoms[number]).map(Box::new);
        }
    }
}

impl Sample {
    pub(super) fn of_clause(&self, theory: &Theory, clause: usize) -> Set {
        let atoms = &theory.clauses[clause];
        self.seen.iter().filter(|atom| atoms.binary_search(atom).is_ok()).collect()
    }

    pub(super) fn has_all(&self, atoms: &[usize]) -> bool {
        atoms.iter().all(|atom| self.seen.has(*atom))
    }
}

/// The clauses that hold on all of these texts; none where there is no text.
pub(super) fn common(theory: &Theory, samples: &[Sample]) -> Vec<usize> {
    let clauses = samples.iter().map(|sample| -> Set {
        sample.seen.iter().flat_map(|atom| theory.owners[atom].iter().copied()).collect()
    });
    let common = clauses.reduce(|mut common, clauses| {
        common.meet(&clauses);
        common
    });
    common.unwrap_or_default().iter().collect()
}

fn mark(builder: &mut Builder, literal: &Literal) -> PatternId {
    let case = if literal.ignore_case { Case::Fold } else { Case::Exact };
    let edge = |demanded: bool| if demanded { Edge::AsciiWord } else { Edge::Any };
    builder.literal_between(&literal.text, case, (edge(literal.start), edge(literal.end)))
}

/// The literal as a text: where its edge is no part of a word and must lie beside one, with a neighbour.
pub(super) fn in_words(literal: &Literal) -> String {
    let neighbour = |demanded: bool, edge: Option<char>| match edge {
        Some(edge) if demanded && !is_word(edge) => "x",
        _ => "",
    };
    let (start, end) = (literal.text.chars().next(), literal.text.chars().next_back());
    format!("{}{}{}", neighbour(literal.start, start), literal.text, neighbour(literal.end, end))
}

/// Two texts with the literal: as written, and in other letters within something else.
fn in_context(literal: &Literal) -> Vec<String> {
    let swapped = |c: char| match c.is_ascii_lowercase() {
        true => c.to_ascii_uppercase(),
        false => c.to_ascii_lowercase(),
    };
    let mut other = literal.clone();
    if literal.ignore_case {
        other.text = literal.text.chars().map(swapped).collect();
    }
    vec![in_words(literal), format!("\u{1}{}\u{1}", in_words(&other))]
}
