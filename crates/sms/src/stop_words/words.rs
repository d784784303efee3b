//! The table of words.

use super::Wish::{self, Start, Stop};

/// Words by their language (ISO 639-1). Those of English are understood everywhere and stand there only.
///
/// The English ones are those of the law [47 CFR 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe], and those
/// that large platforms know beside them [Twilio "Advanced Opt-Out": STOPALL, OPTOUT] [AWS End User Messaging "Required opt-out
/// keywords": ARRET, OPT-OUT, REMOVE] [Telnyx "Advanced Opt-In/Out": STOP ALL, START, UNSTOP]. Words that answer other questions more
/// often are none: YES, which some platforms take for START, and the Italian FINE. In the other languages we know of no list but for
/// ARRET: there the words are those by which senders ask people to answer, such as RET in Turkey, BAJA and ALTA in Spain, and the
/// translations of the English ones.
#[rustfmt::skip]
pub(super) const WORDS: &[(&str, Wish, &[&str])] = &[
    ("en", Stop, &[
        "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
        "opt-out", "remove",
    ]),
    ("en", Start, &[
        "start", "unstop", "subscribe", "opt in", "optin", "opt-in",
    ]),
    ("uk", Stop, &[
        "стоп", "відписатися", "відписатись", "відписка", "відпишіть", "відписати", "відмова", "зупинити",
        "не турбувати",
    ]),
    ("uk", Start, &[
        "старт", "підписатися", "підписатись", "підписка", "почати", "відновити",
    ]),
    ("ru", Stop, &[
        "стоп", "отписаться", "отписка", "отпишите", "отписать", "отказ", "отказаться", "остановить",
        "не беспокоить",
    ]),
    ("ru", Start, &[
        "старт", "подписаться", "подписка", "начать", "возобновить",
    ]),
    ("az", Stop, &[
        "dayandır", "dayan", "dayandırın", "imtina", "ləğv et", "stop et",
    ]),
    ("az", Start, &[
        "başla", "başlat", "abunə ol", "davam et",
    ]),
    ("kk", Stop, &[
        "тоқтату", "тоқтат", "тоқта", "бас тарту", "жазылмау", "toqtatu", "toqta",
    ]),
    ("kk", Start, &[
        "бастау", "жазылу", "қосу", "bastau",
    ]),
    ("pl", Stop, &[
        "rezygnuję", "rezygnacja", "wypisz", "wypisz się", "anuluj", "koniec", "zatrzymaj",
    ]),
    ("pl", Start, &[
        "wznów", "zapisz", "zapisz się",
    ]),
    ("de", Stop, &[
        "stopp", "abmelden", "abbestellen", "abmeldung", "kündigen", "widerruf", "beenden",
    ]),
    ("de", Start, &[
        "anmelden", "anmeldung", "starten",
    ]),
    ("fr", Stop, &[
        "arrêt", "arrêter", "arrêtez", "désabonner", "désabonnement", "désinscription", "fin", "annuler",
    ]),
    ("fr", Start, &[
        "démarrer", "commencer", "reprendre", "abonner", "inscription",
    ]),
    ("es", Stop, &[
        "baja", "alto", "parar", "cancelar", "detener", "terminar", "darme de baja",
    ]),
    ("es", Start, &[
        "alta", "iniciar", "inicio", "comenzar", "suscribir",
    ]),
    ("pt", Stop, &[
        "pare", "parar", "sair", "cancelar", "remover", "descadastrar",
    ]),
    ("pt", Start, &[
        "iniciar", "começar", "voltar", "assinar",
    ]),
    ("it", Stop, &[
        "ferma", "fermare", "basta", "annulla", "cancella", "cancellami", "disiscrivi",
    ]),
    ("it", Start, &[
        "inizia", "attiva", "iscrivi", "riprendi",
    ]),
    ("tr", Stop, &[
        "ret", "dur", "durdur", "iptal", "çık", "çıkış", "abonelikten çık",
    ]),
    ("tr", Start, &[
        "başla", "başlat", "abone ol",
    ]),
    ("ro", Stop, &[
        "dezabonare", "dezabonează", "oprește", "renunț", "anulează", "anulare",
    ]),
    ("ro", Start, &[
        "abonare", "începe", "pornește",
    ]),
];
