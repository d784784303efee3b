//! The words and rules of SMS: numbers, senders, texts and segments, money, states, tariffs.
