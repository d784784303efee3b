//! The use cases (submit, quote, balance, status) and the running tasks (dispatch, receipts, expiry).
