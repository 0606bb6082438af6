//! Conditions and requirements: on one line if they fit, else one operand on each, its operator before it.

use super::super::layout::Op;
use super::super::page::Page;
use super::STEP;
use crate::syntax::ast::{Comparison, Expr, Leaf, Placed};

/// How the tests of an expression are written.
type Test<'a, T> = fn(&mut Page<'a>, &'a T);

impl<'a> Page<'a> {
    /// A condition behind its keyword, which the broken lines stand to the right of.
    pub(super) fn condition(&mut self, condition: &'a Expr) {
        self.group(false, |page| page.indented(STEP, |page| page.expression(condition, Page::leaf)));
    }

    /// The same for what an assertion requires.
    pub(super) fn requirement(&mut self, requirement: &'a Expr<Comparison>) {
        self.group(false, |page| page.indented(STEP, |page| page.expression(requirement, Page::comparison)));
    }

    fn expression<T: Placed>(&mut self, expression: &'a Expr<T>, test: Test<'a, T>) {
        match expression {
            Expr::And(operands, _) => self.chain(operands, "AND ", test, |operand| match operand {
                Expr::And(..) | Expr::Or(..) => true,
                Expr::Not(..) | Expr::Leaf(_) => false,
            }),
            // An AND binds closer than the OR around it, but parentheses that say so may stay.
            Expr::Or(operands, _) => {
                let kept: Vec<bool> = operands
                    .iter()
                    .map(|operand| match operand {
                        Expr::Or(..) => true,
                        Expr::And(_, span) => self.is_parenthesised(*span),
                        Expr::Not(..) | Expr::Leaf(_) => false,
                    })
                    .collect();
                let mut kept = kept.into_iter();
                self.chain(operands, "OR ", test, move |_| kept.next().unwrap_or_default());
            }
            Expr::Not(operand, _) => {
                self.text("NOT ");
                self.operand(operand, test, matches!(**operand, Expr::And(..) | Expr::Or(..)));
            }
            Expr::Leaf(it) => test(self, it),
        }
    }

    fn chain<T: Placed>(
        &mut self,
        operands: &'a [Expr<T>],
        operator: &'static str,
        test: Test<'a, T>,
        mut parentheses: impl FnMut(&Expr<T>) -> bool,
    ) {
        for (index, operand) in operands.iter().enumerate() {
            if index > 0 {
                self.op(Op::Break(" "));
            }
            self.comments_before(operand.span().start);
            if index > 0 {
                self.text(operator);
            }
            self.operand(operand, test, parentheses(operand));
        }
    }

    fn operand<T: Placed>(&mut self, operand: &'a Expr<T>, test: Test<'a, T>, parentheses: bool) {
        if !parentheses {
            return self.expression(operand, test);
        }
        self.text("(");
        self.group(false, |page| {
            page.indented(STEP, |page| {
                page.op(Op::Break(""));
                page.expression(operand, test);
            });
            page.op(Op::Break(""));
            page.text(")");
        });
    }

    fn comparison(&mut self, comparison: &'a Comparison) {
        self.comments_before(comparison.span.start);
        self.text(comparison.attribute.it.as_str());
        self.text(" ");
        self.text(comparison.operator.it.word());
        self.text(" ");
        self.value(&comparison.value);
    }

    fn leaf(&mut self, leaf: &'a Leaf) {
        self.comments_before(leaf.span.start);
        self.text(leaf.kind.it.as_str());
        self.text("(");
        if leaf.arguments.is_empty() {
            self.name(&leaf.name);
            return self.text(")");
        }
        self.group(false, |page| {
            page.indented(STEP, |page| {
                page.op(Op::Break(""));
                page.comments_before(leaf.name.span.start);
                page.name(&leaf.name);
                for argument in &leaf.arguments {
                    page.text(",");
                    page.op(Op::Break(" "));
                    page.comments_before(argument.key.span.start);
                    page.entry(argument);
                }
                page.comments_before(leaf.span.end.saturating_sub(1));
            });
            page.op(Op::Break(""));
            page.text(")");
        });
    }
}
