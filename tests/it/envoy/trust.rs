//! What a client says about itself or about the route counts for nothing.

use wrp_tests::client::Call;
use wrp_tests::envoy::{Exchange, Gateway, Setup};
use wrpc::deploy::Identity;

use super::{asking, route_of};

const ROLES: &str = r#"
ROUTING { default_model: "public" }

SIGNAL authz admins { role: "admin" subjects: [{ kind: "Group", name: "platform-admins" }] }
SIGNAL authz premium { role: "premium" subjects: [{ kind: "Group", name: "premium-tier" }, { kind: "User", name: "dave" }] }
SIGNAL authz free { role: "free" subjects: [{ kind: "Group", name: "free-tier" }] }
SIGNAL keyword complex { operator: "OR" keywords: ["analyze", "prove"] }
SIGNAL keyword code { operator: "OR" keywords: ["implement", "debug"] }

ROUTE admin_unrestricted { PRIORITY 100 WHEN authz("admin") MODEL "large" }
ROUTE premium_complex { PRIORITY 50 WHEN authz("premium") AND keyword("complex") MODEL "large" }
ROUTE premium_code { PRIORITY 40 WHEN authz("premium") AND keyword("code") MODEL "coder" }
ROUTE premium_default { PRIORITY 30 WHEN authz("premium") MODEL "medium" }
ROUTE free_default { PRIORITY 10 WHEN authz("free") MODEL "small" }
"#;

/// Stands for ext_authz or a JWT check: a bearer token is a person, and a person has groups.
const PROOF: &str = r#"
name: prove_identity
typed_config:
  "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
  default_source_code:
    inline_string: |
      local groups = { alice = "platform-admins", bob = "staff, premium-tier", carol = "free-tier", dave = "staff" }
      function envoy_on_request(handle)
        local token = handle:headers():get("authorization") or ""
        local user = token:match("^Bearer (%a+)$")
        if groups[user] then
          handle:headers():replace("x-authz-user-id", user)
          handle:headers():replace("x-authz-user-groups", groups[user])
        end
      end
"#;

/// A gateway in which a filter before the policy's proves who asks.
fn trusting() -> Option<Gateway> {
    let before = serde_yaml::from_str(PROOF).expect("the filter is YAML");
    Gateway::start_with(
        ROLES,
        &Setup {
            filter: Some(|filter| filter.trusting(Identity::trusted())),
            before: Some(before),
            ..Setup::default()
        },
    )
}

fn ask(gateway: &Gateway, text: &str, headers: &[(&str, &str)]) -> Exchange {
    let call = Call::chat(&asking(text));
    gateway.send(headers.iter().fold(call, |call, (name, value)| call.header(name, value)))
}

#[test]
fn roles_choose_the_route() {
    let Some(gateway) = trusting() else { return };
    for (user, text, decision, server) in [
        ("alice", "hello", Some("admin_unrestricted"), "large"),
        ("alice", "implement it", Some("admin_unrestricted"), "large"),
        ("bob", "analyze this", Some("premium_complex"), "large"),
        ("bob", "implement this", Some("premium_code"), "coder"),
        ("bob", "hello", Some("premium_default"), "medium"),
        ("carol", "analyze this", Some("free_default"), "small"),
        ("dave", "hello", Some("premium_default"), "medium"),
        ("mallory", "analyze this", None, "public"),
    ] {
        let exchange = ask(&gateway, text, &[("authorization", &format!("Bearer {user}"))]);
        assert_eq!(route_of(&exchange), (decision, server), "{user}: {text}");
    }
    assert_eq!(route_of(&ask(&gateway, "hello", &[])), (None, "public"));
}

#[test]
fn a_client_cannot_give_itself_a_role() {
    let forged = [("x-authz-user-id", "alice"), ("x-authz-user-groups", "platform-admins")];
    // Where identity is proved: what the client claims is gone before the proof.
    let Some(gateway) = trusting() else { return };
    let exchange = ask(&gateway, "hello", &forged);
    assert_eq!(route_of(&exchange), (None, "public"));
    let with_proof = [forged[0], forged[1], ("authorization", "Bearer carol")];
    assert_eq!(route_of(&ask(&gateway, "hello", &with_proof)), (Some("free_default"), "small"));

    // Where nobody proves identity: nobody has any, and the servers do not see the claim either.
    let Some(gateway) = Gateway::start(ROLES) else { return };
    let exchange = ask(&gateway, "hello", &forged);
    assert_eq!(route_of(&exchange), (None, "public"));
    assert_eq!(exchange.upstream().header("x-authz-user-id"), None);
    assert_eq!(exchange.upstream().header("x-authz-user-groups"), None);
}

#[test]
fn a_client_cannot_choose_the_server() {
    let Some(gateway) = Gateway::start(ROLES) else { return };
    for forged in [
        &[("x-selected-model", "large")][..],
        &[("X-Selected-Model", "large"), ("x-selected-model", "coder")],
        &[("x-vsr-selected-model", "large"), ("x-vsr-selected-decision", "admin_unrestricted")],
    ] {
        let exchange = ask(&gateway, "hello", forged);
        assert_eq!(route_of(&exchange), (None, "public"), "{forged:?}");
        let chosen: Vec<_> = exchange.upstream().headers.get_all("x-selected-model").iter().collect();
        assert_eq!(chosen, ["public"], "{forged:?}");
        assert_eq!(exchange.upstream().header("x-vsr-selected-decision"), None, "{forged:?}");
    }
}

#[test]
fn a_path_that_is_not_ours_cannot_choose_the_server_either() {
    let Some(gateway) = Gateway::start(ROLES) else { return };
    let exchange = gateway.send(Call::get("/health").header("x-selected-model", "large"));
    // Everything that is not the API goes where everything else goes.
    assert_eq!(exchange.upstream().server, "*");
    assert_eq!(exchange.upstream().header("x-selected-model"), None);
}
