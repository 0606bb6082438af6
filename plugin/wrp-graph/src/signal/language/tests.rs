//! What is detected in which text, and that a damaged table is refused.

#![cfg(feature = "build")]

use super::detector;
use super::profiles;

#[test]
fn a_sentence_is_known_by_its_script_or_its_letters() {
    let detector = detector(0.3);
    let table = [
        ("Please explain how the scheduler decides which request goes first.", "en"),
        ("Kannst du mir bitte erklären, warum der Vertrag nicht gültig ist?", "de"),
        ("Pourriez-vous résumer ce rapport en trois phrases, s'il vous plaît ?", "fr"),
        ("¿Puedes escribir una función que ordene la lista de clientes?", "es"),
        ("Você pode me ajudar a revisar o orçamento da empresa?", "pt"),
        ("Potresti tradurre questa lettera per il nostro ufficio legale?", "it"),
        ("Kun je uitleggen hoe deze verzekering precies werkt?", "nl"),
        ("Czy możesz wyjaśnić, dlaczego program przestał działać?", "pl"),
        ("Bu raporu üç cümleyle özetleyebilir misin?", "tr"),
        ("Hãy giải thích cho tôi cách hoạt động của hợp đồng này.", "vi"),
        ("Объясни, пожалуйста, почему сервер не отвечает на запросы.", "ru"),
        ("Поясни, будь ласка, чому сервер не відповідає на запити.", "uk"),
        ("اشرح لي من فضلك كيف يعمل هذا العقد.", "ar"),
        ("لطفا توضیح بده که این برنامه چگونه کار می‌کند.", "fa"),
        ("कृपया समझाइए कि यह अनुबंध कैसे काम करता है।", "hi"),
        ("请用三句话总结这份报告。", "zh"),
        ("请帮我写一个 Python function，谢谢", "zh"),
        ("このレポートを三つの文で要約してください。", "ja"),
        ("이 보고서를 세 문장으로 요약해 주세요.", "ko"),
        ("Μπορείς να εξηγήσεις πώς λειτουργεί αυτό;", "el"),
        ("תוכל להסביר לי איך זה עובד?", "he"),
        ("ช่วยอธิบายวิธีการทำงานของสัญญานี้", "th"),
        ("Can you tell me what 你好 means?", "en"),
    ];
    for (text, language) in table {
        let detected = detector.detect(text);
        assert_eq!(String::from_utf8_lossy(&detected.language), language, "{text} {detected:?}");
        assert!(detected.confidence > 0.5 && detected.confidence <= 1.0, "{text} {detected:?}");
    }
}

#[test]
fn what_is_not_found_out_counts_as_english() {
    let detector = detector(0.3);
    for text in ["", "   ", "2 + 2 = 4?", "🙂", "ខ្មែរ"] {
        let detected = detector.detect(text);
        assert_eq!((detected.language, detected.confidence), (*b"en", 0.5), "{text}");
    }
}

#[test]
fn of_a_long_text_start_middle_and_end_count() {
    let long = "Ein deutscher Satz, der sich sehr oft wiederholt. ".repeat(40_000);
    assert_eq!(detector(0.3).detect(&long).language, *b"de");
}

#[test]
fn a_damaged_table_is_refused_and_never_panics() {
    let table = include_bytes!("profiles.bin");
    assert!(profiles::read(table).is_some_and(|groups| groups.len() == 4));
    for cut in (0..table.len()).step_by(997) {
        let _ = profiles::read(&table[..cut]);
        let mut bent = table.to_vec();
        bent[cut] ^= 0x5a;
        let _ = profiles::read(&bent);
    }
    assert!(profiles::read(&table[..table.len() - 1]).is_none());
}
