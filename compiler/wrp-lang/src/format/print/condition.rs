//! Conditions: on one line if they fit, else one operand on each, its operator before it.

use super::super::layout::Op;
use super::super::page::Page;
use super::STEP;
use crate::syntax::ast::{Expr, Leaf};

impl<'a> Page<'a> {
    /// A condition behind its keyword, which the broken lines stand to the right of.
    pub(super) fn condition(&mut self, condition: &'a Expr) {
        self.group(false, |page| page.indented(STEP, |page| page.expression(condition)));
    }

    fn expression(&mut self, expression: &'a Expr) {
        match expression {
            Expr::And(operands, _) => self.chain(operands, "AND ", |operand| match operand {
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
                self.chain(operands, "OR ", move |_| kept.next().unwrap_or_default());
            }
            Expr::Not(operand, _) => {
                self.text("NOT ");
                self.operand(operand, matches!(**operand, Expr::And(..) | Expr::Or(..)));
            }
            Expr::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn chain(
        &mut self,
        operands: &'a [Expr],
        operator: &'static str,
        mut parentheses: impl FnMut(&Expr) -> bool,
    ) {
        for (index, operand) in operands.iter().enumerate() {
            if index > 0 {
                self.op(Op::Break(" "));
            }
            self.comments_before(operand.span().start);
            if index > 0 {
                self.text(operator);
            }
            self.operand(operand, parentheses(operand));
        }
    }

    fn operand(&mut self, operand: &'a Expr, parentheses: bool) {
        if !parentheses {
            return self.expression(operand);
        }
        self.text("(");
        self.group(false, |page| {
            page.indented(STEP, |page| {
                page.op(Op::Break(""));
                page.expression(operand);
            });
            page.op(Op::Break(""));
            page.text(")");
        });
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
