//! Questions to a SAT solver about the requests of a space.
//!
//! The encoding is direct: a variable of two values is one literal, any other is one literal a value of which exactly
//! one holds. A cube is excluded by one clause and assumed by the literals of the values it rules out, so nothing is
//! introduced that a request does not say.

use batsat::{Callbacks, Lit, Solver, SolverInterface, SolverOpts, lbool};

use super::region::Cube;
use super::space::{Atom, Space};

/// How many conflicts one question may cost; beyond, the answer is that nothing is known.
const MOST_CONFLICTS: u32 = 20_000;

/// A value for every variable of the space.
pub(crate) type Request = Vec<u8>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes(Request),
    No,
    GaveUp,
}

/// Counts what a question costs.
#[derive(Default)]
struct Effort {
    conflicts: u32,
}

impl Callbacks for Effort {
    fn on_start(&mut self) {
        self.conflicts = 0;
    }

    fn on_new_clause(&mut self, _: &[Lit], kind: batsat::ClauseKind) {
        if kind == batsat::ClauseKind::Learnt {
            self.conflicts += 1;
        }
    }

    fn stop(&self) -> bool {
        self.conflicts > MOST_CONFLICTS
    }
}

pub(crate) struct Questions {
    solver: Solver<Effort>,
    /// The literals of each variable, one a value; with two values only that of the second.
    literals: Vec<Vec<Lit>>,
}

impl std::fmt::Debug for Questions {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Questions").field("variables", &self.literals.len()).finish_non_exhaustive()
    }
}

impl Questions {
    pub(crate) fn about(space: &Space<'_>) -> Questions {
        let mut questions = Questions::over(space.variables.iter().map(|variable| variable.values.len()));
        for clause in &space.clauses {
            let mut literals: Vec<Lit> = clause.iter().flat_map(|atom| questions.values(*atom)).collect();
            questions.solver.add_clause_reuse(&mut literals);
        }
        questions
    }

    /// About variables of so many values each, which nothing ties.
    pub(crate) fn over(counts: impl IntoIterator<Item = usize>) -> Questions {
        let mut questions =
            Questions { solver: Solver::new(SolverOpts::default(), Effort::default()), literals: Vec::new() };
        for values in counts {
            // A variable that cannot change has a second value that it never takes.
            let count = values.max(2);
            let literals: Vec<Lit> = (0..if count == 2 { 1 } else { count })
                .map(|number| {
                    // Towards the quiet value, so that answers say little.
                    let quiet = count > 2 && number == 0;
                    let phase = if quiet { lbool::TRUE } else { lbool::FALSE };
                    Lit::new(questions.solver.new_var(phase, true), true)
                })
                .collect();
            if values == 1 {
                questions.solver.add_clause_reuse(&mut vec![!literals[0]]);
            }
            if count != 2 {
                questions.solver.add_clause_reuse(&mut literals.clone());
                for (at, one) in literals.iter().enumerate() {
                    for other in &literals[at + 1..] {
                        questions.solver.add_clause_reuse(&mut vec![!*one, !*other]);
                    }
                }
            }
            questions.literals.push(literals);
        }
        questions
    }

    /// How many values the variable has.
    fn count(&self, variable: u32) -> usize {
        self.literals[variable as usize].len().max(2)
    }

    /// The variable has this value.
    fn literal(&self, variable: u32, value: usize) -> Lit {
        match self.literals[variable as usize][..] {
            [only] if value == 0 => !only,
            [only] => only,
            ref each => each[value],
        }
    }

    /// Literals of which one holds where the variable has one of the atom's values.
    fn values(&self, atom: Atom) -> impl Iterator<Item = Lit> + '_ {
        (0..self.count(atom.variable))
            .filter(move |value| atom.mask >> value & 1 == 1)
            .map(move |value| self.literal(atom.variable, value))
    }

    /// Literals that together say that the variable has one of the atom's values.
    fn assumed(&self, atom: Atom) -> impl Iterator<Item = Lit> + '_ {
        (0..self.count(atom.variable))
            .filter(move |value| atom.mask >> value & 1 == 0)
            .map(move |value| !self.literal(atom.variable, value))
    }

    /// A literal of our own, which no request says.
    pub(crate) fn switch(&mut self) -> Lit {
        Lit::new(self.solver.new_var(lbool::FALSE, true), true)
    }

    /// From now on the cube does not hold, or does not while `unless` is false.
    pub(crate) fn exclude(&mut self, cube: &Cube, unless: Option<Lit>) {
        let mut clause: Vec<Lit> =
            cube.iter().flat_map(|atom| self.assumed(*atom)).map(|literal| !literal).collect();
        clause.extend(unless.map(|switch| !switch));
        self.solver.add_clause_reuse(&mut clause);
    }

    /// From now on one of the literals holds.
    pub(crate) fn demand(&mut self, mut literals: Vec<Lit>) {
        self.solver.add_clause_reuse(&mut literals);
    }

    /// The atom as one literal that implies it, and is implied by it.
    pub(crate) fn name(&mut self, atom: Atom) -> Lit {
        let values: Vec<Lit> = self.values(atom).collect();
        if let [only] = values[..] {
            return only;
        }
        let name = self.switch();
        let mut some = values.clone();
        some.push(!name);
        self.demand(some);
        for value in values {
            self.demand(vec![!value, name]);
        }
        name
    }

    /// Whether some request is in the cube and makes these literals true.
    pub(crate) fn ask(&mut self, cube: &[Atom], also: &[Lit]) -> Answer {
        let mut assumptions: Vec<Lit> = cube.iter().flat_map(|atom| self.assumed(*atom)).collect();
        assumptions.extend(also);
        let answer = self.solver.solve_limited(&assumptions);
        if answer == lbool::TRUE {
            Answer::Yes(self.request())
        } else if answer == lbool::FALSE {
            Answer::No
        } else {
            Answer::GaveUp
        }
    }

    /// Of the literals that the last question assumed, some that make a request impossible.
    pub(crate) fn is_blamed(&self, literal: Lit) -> bool {
        self.solver.unsat_core_contains_var(literal.var())
    }

    fn request(&self) -> Request {
        let is = |variable: usize, value: &usize| {
            self.solver.value_lit(self.literal(variable as u32, *value)) == lbool::TRUE
        };
        let value =
            |variable| (0..self.count(variable as u32)).find(|value| is(variable, value)).unwrap_or(0) as u8;
        (0..self.literals.len()).map(value).collect()
    }
}
