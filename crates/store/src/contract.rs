//! The promises as tests, and the list of them all; a backend runs them with a few lines.
//!
//! Each promise is a function that takes an empty store; its name is its sentence. A backend's `tests/contract.rs`:
//!
//! ```text
//! async fn open() -> (impl store::Store, impl Drop) { … }
//!
//! store::contract_tests!(open);
//! ```
#![expect(missing_docs, reason = "the name of a promise is its sentence")]

pub mod accounts;
pub mod answers;
pub mod at_once;
pub mod callbacks;
pub mod campaigns;
pub mod claims;
pub mod configuration;
pub mod contact_counts;
pub mod contact_lists;
pub mod contacts;
pub mod control_copies;
pub mod expansions;
pub mod halts;
mod handsets;
pub mod inbound;
pub mod ledger;
pub mod mailings;
pub mod notices;
pub mod once;
pub mod originator_stops;
pub mod own_texts;
pub mod parts;
mod random;
pub mod receipts;
pub mod replaced_times;
pub mod replacing;
pub mod rerouting;
pub mod schedule;
pub mod segments;
pub mod sender_names;
pub mod sent;
pub mod stop_list;
pub mod sub_accounts;
pub mod submissions;
pub mod tallies;
pub mod templates;
pub mod transfers;
pub mod turnover;
pub mod upstream_ids;
pub mod waiting;
mod walk;
mod world;

/// Makes a test of each promise. `$open` is the path of an async function that answers a new, empty store, and whatever must
/// live as long as it.
#[macro_export]
macro_rules! contract_tests {
    ($open:path) => {
        $crate::contract_tests! { $open;
            accounts {
                a_new_account_has_an_empty_book_and_its_settings,
                an_account_name_is_taken_once,
                an_account_can_be_changed,
                an_account_that_is_not_there_cannot_be_changed,
                a_credential_is_replaced_by_its_owner_only,
                a_credential_is_removed_by_its_owner_only,
            }
            sub_accounts {
                an_account_knows_whose_it_is,
                an_account_under_nobody_is_not_made,
                an_account_is_made_with_its_login_or_not_at_all,
                an_account_is_renamed_with_its_login,
                a_renamed_login_keeps_its_secret_unless_it_gets_another,
                an_account_is_not_renamed_to_what_another_has,
                messages_of_accounts_under_a_suspended_one_wait,
            }
            configuration {
                every_change_increases_the_revision,
                the_directory_tells_everything_configured,
                removing_what_is_not_there_says_so,
                a_route_needs_its_connector,
                a_route_leads_to_several_connectors,
                a_connector_that_any_route_leads_to_stays,
                operators_are_kept_by_name,
                how_a_connector_is_is_noted_until_it_is_removed,
                a_connectors_number_is_never_used_again,
                a_connector_with_messages_under_way_stays,
                a_connector_that_held_messages_will_leave_by_stays,
                messages_that_expired_in_the_queue_free_their_connector,
            }
            contact_lists {
                a_new_list_is_empty,
                a_list_needs_its_account,
                a_list_is_changed_in_what_is_given,
                lists_are_listed_by_number,
                another_accounts_list_is_as_unknown_as_none,
                positions_of_variables_stay_when_one_is_removed,
                a_variables_name_is_there_once_in_a_list,
                a_copy_is_unknown_until_it_is_complete,
                a_copy_has_all_that_its_source_had,
                a_number_that_moves_in_a_list_while_it_is_copied_is_copied_once,
                an_abandoned_copy_goes,
                a_copy_of_a_list_removed_meanwhile_is_never_complete,
                only_copies_are_copied_into,
                a_removed_list_is_unknown_at_once_and_goes_in_steps,
            }
            contacts {
                a_list_knows_its_least_and_greatest_number,
                contacts_are_there_as_they_were_given,
                a_number_is_in_a_list_once_and_numbers_have_no_gap,
                of_many_callers_each_adds_without_a_gap,
                a_list_is_read_in_pages,
                numbers_are_found_as_given_and_as_normalised,
                a_contact_is_changed_in_what_is_given,
                removed_contacts_are_gone_and_their_numbers_are_free,
                a_list_is_cleared_in_steps,
                another_accounts_contact_is_as_unknown_as_none,
                a_number_is_found_in_every_list_that_has_it,
            }
            contact_counts {
                the_counters_of_lists_are_true_after_any_sequence_of_operations,
            }
            stop_list {
                a_number_is_on_the_stop_list_once,
                a_stop_needs_its_account,
                the_reason_of_a_stop_can_be_changed,
                a_removed_stop_is_gone_and_its_number_free,
                a_stop_shows_in_every_list_of_its_account_and_in_no_other_accounts,
                a_stop_follows_the_number_not_the_contact,
                stops_are_read_in_pages_and_by_list,
                stopped_numbers_are_picked_from_many,
                another_accounts_stop_is_as_unknown_as_none,
            }
            originator_stops {
                a_handset_that_asks_is_on_the_stop_list_once,
                what_the_account_itself_has_stopped_stays_as_it_is,
                what_the_account_stops_after_a_handset_asked_is_its_own,
                a_stop_of_one_originator_leaves_the_others_alone,
                a_start_for_all_of_an_account_takes_off_stops_of_its_originators,
                what_is_nobodys_or_from_no_phone_asks_for_nothing,
                a_stopped_originator_is_suppressed_at_no_price,
                an_originator_stopped_after_acceptance_is_suppressed_at_the_claim,
                an_originator_stopped_before_its_step_is_suppressed_at_no_price,
                the_confirmation_of_a_stop_may_pass,
                numbers_that_stopped_an_originator_are_picked_from_many,
                stops_of_originators_are_read_in_pages_and_taken_off,
            }
            submissions {
                an_accepted_submission_is_there_with_its_messages_and_its_hold,
                the_balance_must_cover_the_price_to_the_last_unit,
                a_credit_limit_counts_as_money,
                the_largest_credit_limit_is_no_limit,
                an_insufficient_balance_writes_nothing,
                a_submission_that_cannot_be_written_whole_leaves_nothing,
                a_price_beyond_all_money_is_refused_not_wrapped,
                concurrent_submissions_spend_the_balance_exactly,
                messages_are_numbered_without_a_gap_in_the_order_given,
                messages_that_can_never_leave_are_kept_with_their_reason,
                a_test_costs_nothing_and_never_leaves,
                another_accounts_submission_is_unknown,
                messages_are_read_in_pages,
                only_messages_changed_since_are_listed_when_asked,
                each_lane_waits_for_itself,
            }
            once {
                what_is_accepted_once_is_not_written_again,
                a_campaign_is_accepted_once_like_any_submission,
                of_many_at_once_exactly_one_is_accepted,
                that_it_repeats_is_said_before_all_else,
                what_is_named_for_a_while_is_accepted_again_after_it,
                a_message_that_repeats_another_is_left_out,
                of_messages_that_repeat_each_other_the_first_is_written,
                what_can_never_leave_is_not_taken_for_a_repetition,
                what_is_refused_uses_nothing_up,
                a_test_tells_what_repeats_and_uses_nothing_up,
                what_one_account_names_is_nothing_to_another,
                what_may_be_accepted_again_is_forgotten_step_by_step,
            }
            own_texts {
                a_message_leaves_with_its_own_text_and_originator,
                the_alternative_originator_stands_in_for_a_messages_own,
                a_form_goes_with_every_message,
                messages_of_a_list_have_their_campaigns_form_and_are_told_of,
            }
            sent {
                messages_are_read_by_number_in_the_order_asked,
                messages_of_a_submission_are_found_by_the_phone_that_they_go_to,
                the_latest_submission_with_a_reference_is_found,
                a_history_goes_back_page_by_page,
                a_history_is_of_the_time_and_the_phone_asked_for,
            }
            claims {
                a_claimed_message_carries_what_the_wire_needs,
                a_message_is_claimed_once,
                a_connector_claims_its_own_messages_only,
                urgent_lanes_come_first_and_old_messages_before_new,
                no_more_segments_are_claimed_than_asked_for,
                a_long_message_is_not_starved_by_a_small_window,
                an_account_with_many_messages_does_not_delay_one_with_few,
                accounts_take_turns_when_the_window_is_smaller_than_their_number,
                the_most_urgent_lane_has_room_of_its_own_and_no_other_takes_it,
                what_modest_accounts_leave_over_goes_to_the_others,
                a_message_whose_lifetime_is_over_ends_instead_of_leaving,
                expired_messages_do_not_hide_living_ones,
                a_lease_outlives_the_process_until_it_is_recovered,
                every_account_has_its_turn_however_many_there_are,
                a_suspended_accounts_messages_wait,
                suspended_accounts_keep_nobody_from_a_turn,
            }
            at_once {
                what_is_leased_at_once_is_what_a_claim_would_have_given,
                what_is_leased_at_once_waits_in_no_queue_and_is_answered_like_any_other,
                what_has_no_room_goes_into_the_queue_and_all_that_comes_after_it,
                a_message_of_another_connector_is_not_leased_at_once,
                what_must_not_leave_now_is_not_leased_at_once,
                nobody_hands_over_what_is_refused_or_on_the_stop_list,
                what_a_suspended_account_sends_waits_in_the_queue,
                what_was_leased_at_once_and_never_answered_is_in_doubt_after_a_restart,
                it_is_handed_over_although_nobody_waits_for_the_answer,
            }
            answers {
                a_taken_message_is_submitted_and_charged,
                a_refused_message_is_rejected_and_released,
                a_message_we_cannot_send_fails_and_is_released,
                a_retry_waits_for_its_time_and_keeps_its_hold,
                a_retry_that_is_due_is_claimed_at_once,
                a_retry_sends_only_the_segments_that_were_not_taken,
                a_message_taken_in_part_and_refused_in_part_is_charged_and_ends,
                a_message_taken_in_part_that_expires_is_charged,
                an_unknown_outcome_is_held_in_doubt,
                an_unknown_outcome_is_sent_again_when_asked,
                segments_that_nobody_answers_for_are_in_doubt,
                an_answer_repeated_changes_nothing,
                a_late_answer_proves_that_the_message_left,
                a_late_answer_keeps_a_queued_message_from_leaving_again,
                a_late_answer_while_leased_again_charges_once,
                a_late_answer_to_a_part_leaves_the_second_attempt_its_lease,
                a_late_answer_for_an_ended_message_keeps_its_end,
                a_batch_of_answers_is_recorded_whole_or_not_at_all,
            }
            receipts {
                a_receipt_ends_its_message,
                a_receipt_that_does_not_know_leaves_the_message_open,
                an_intermediate_notice_changes_nothing,
                a_receipt_before_its_answer_is_kept_for_it,
                a_receipt_before_its_answer_fits_under_another_form,
                a_delivery_before_the_answer_wins_over_other_early_reports,
                a_stale_unmatched_receipt_does_not_hit_a_later_message_with_the_same_id,
                a_receipt_of_another_connector_does_not_fit,
                a_repeated_receipt_changes_nothing,
                the_first_negative_receipt_counts,
                a_delivery_stands_against_later_negative_receipts,
                a_delivery_corrects_a_negative_receipt_for_a_day,
                the_id_as_it_came_is_tried_before_its_other_forms,
                a_receipt_belongs_to_the_number_that_it_names,
                another_form_of_the_id_fits_when_it_leads_to_one_message,
                forms_that_lead_to_two_messages_fit_neither,
                an_id_used_again_means_the_latest_message,
                upstream_ids_and_unmatched_receipts_are_forgotten_in_time,
                receipts_of_one_batch_are_answered_in_order,
            }
            upstream_ids {
                an_id_is_told_as_the_upstream_wrote_it,
                an_id_that_was_used_again_is_told_as_it_was_written_last,
                segments_without_a_receipt_are_listed_with_what_a_question_needs,
                only_segments_that_may_still_be_reported_are_listed,
                receipts_that_met_no_segment_are_counted_once_each,
                a_receipt_of_an_unknown_form_meets_the_answer_under_any_candidate,
                a_kept_receipt_is_for_one_message,
                a_receipt_that_fits_two_messages_is_kept_and_counted,
                a_kept_receipt_has_ids_of_any_octets,
                a_kept_receipt_that_names_another_number_stays,
                ids_and_kept_receipts_of_every_connector_are_forgotten,
            }
            segments {
                segments_taken_late_and_in_time_make_a_submitted_message,
                a_receipt_keeps_a_message_queued_again_from_leaving_twice,
                a_message_is_delivered_when_all_its_segments_are,
                the_end_of_a_long_message_does_not_depend_on_the_order_of_its_receipts,
                a_late_delivery_of_the_missing_segment_completes_the_message,
                a_receipt_for_an_ended_message_moves_no_money,
            }
            schedule {
                a_scheduled_submission_waits_for_its_time,
                what_has_not_left_in_its_lifetime_ends_and_is_released,
                what_gets_no_receipt_ends_when_the_wait_is_over,
                a_sweep_that_comes_days_late_ends_everything_for_its_own_reason,
                a_delivery_corrects_a_message_that_was_given_up,
                a_leased_message_outlives_its_lifetime_until_it_is_answered,
                a_message_given_back_after_its_lifetime_ends_soon,
                a_sweep_looks_at_no_more_submissions_than_asked,
                recovery_sends_again_as_often_as_allowed_then_holds,
                recovery_holds_when_the_policy_says_so,
                recovery_is_for_one_connector,
                recovery_keeps_the_segments_that_were_taken,
                recovery_does_not_count_what_has_ended_meanwhile,
            }
            campaigns {
                parts_come_due_one_after_another,
                parts_of_a_scheduled_submission_follow_its_time,
                parts_expire_one_after_another,
                a_claim_ends_only_the_parts_whose_time_is_over,
                receipts_are_awaited_for_each_part,
                a_message_is_from_the_alternative_where_it_says_so,
                a_stopped_number_is_suppressed_at_acceptance,
                a_submission_to_stopped_numbers_alone_is_not_written,
                a_number_stopped_after_acceptance_is_suppressed_at_the_claim,
                an_accounts_submissions_are_listed_in_pages,
            }
            control_copies {
                a_control_copy_costs_nothing_and_is_not_counted,
                a_control_copy_goes_with_the_first_part,
                a_control_copy_shares_the_fate_of_its_submission,
                a_control_copy_that_has_a_price_is_charged_for_itself,
                a_submission_has_started_when_its_control_copy_has,
                a_control_copy_that_waits_ends_with_its_deleted_submission,
            }
            expansions {
                a_list_becomes_messages_in_the_order_of_its_contacts,
                a_step_is_written_once,
                a_step_that_cannot_be_written_whole_leaves_nothing,
                expansions_are_read_in_pages,
                the_list_must_be_the_accounts_own,
                the_balance_must_cover_the_price_of_a_list,
                what_was_held_too_much_is_released_with_the_last_step,
                risen_prices_are_held_additionally,
                an_expansion_that_the_balance_does_not_cover_waits_for_money,
                a_campaign_goes_to_its_list_as_it_was_when_it_was_accepted,
                a_campaign_to_a_list_emptied_since_it_was_priced_is_not_written,
                a_list_removed_behind_a_campaign_serves_it_to_the_end,
                a_list_cleared_behind_a_campaign_serves_it_to_the_end,
                contacts_added_later_get_nothing,
                the_numbers_of_an_expansion_do_not_meet_those_of_later_submissions,
                a_number_stopped_before_its_step_is_suppressed_at_no_price,
                a_scheduled_campaign_is_scheduled_before_and_after_its_expansion,
                a_campaign_that_is_a_test_holds_nothing,
            }
            halts {
                a_cancelled_submission_is_released_and_leaves_nothing_to_claim,
                a_large_cancelled_submission_ends_by_and_by,
                a_submission_that_has_begun_to_leave_cannot_be_cancelled,
                a_submission_that_may_have_left_in_part_cannot_be_cancelled,
                a_submission_with_nothing_to_leave_cannot_be_cancelled,
                a_campaign_cancelled_while_it_expands_releases_the_rest,
                another_accounts_submission_cannot_be_cancelled_or_deleted,
                a_deleted_submission_is_hidden_and_what_waits_is_cancelled,
                a_message_given_back_after_its_submission_was_deleted_ends,
                a_finished_submission_can_be_deleted_and_keeps_its_end,
                a_paused_submission_lets_nothing_leave_and_goes_on_after,
                a_pause_counts_before_its_messages_have_followed,
                a_paused_schedule_goes_on_at_its_time,
                a_paused_campaign_goes_on_expanding,
                what_is_taken_for_spam_fails_and_is_released,
                the_operator_cancels_what_waits_of_a_started_submission,
            }
            sender_names {
                a_name_is_registered_once_for_a_country,
                a_name_needs_its_account,
                a_decision_can_be_changed,
                a_message_waits_for_its_sender_name_and_follows_the_decision,
                an_approved_message_still_waits_for_its_time,
                a_pause_and_a_sender_name_are_waited_for_both,
                a_message_that_ended_does_not_wait_for_its_name_any_more,
                a_message_cannot_wait_for_a_name_that_is_not_there,
                a_denied_name_gives_way_to_the_alternative,
                a_name_is_described_by_its_account_only,
                a_name_is_removed_unless_messages_wait_for_it,
            }
            callbacks {
                the_end_of_a_message_is_told_with_all_that_is_known_of_it,
                whatever_ends_a_message_is_told,
                an_end_that_is_corrected_is_told_again,
                what_has_ended_at_acceptance_is_told,
                nothing_is_told_of_what_nobody_wants_to_know,
                a_callback_is_due_until_it_has_been_told,
                a_callback_that_failed_is_due_later,
                a_callback_that_was_given_up_is_kept_until_it_is_tried_again,
                a_callback_that_waits_for_a_later_try_can_be_tried_at_once,
                what_happened_long_ago_is_told_no_more,
                accounts_are_told_in_turn,
                a_large_submission_that_ends_at_once_is_told_message_by_message,
            }
            notices {
                a_notice_of_an_end_has_all_that_is_known_of_the_message,
                each_end_is_noticed_to_whom_wants_to_know_it,
                whatever_ends_a_message_is_noticed,
                a_message_is_under_way_once_all_of_it_is_taken,
                an_end_that_came_before_the_answer_is_noticed_once,
                a_corrected_end_is_noticed_again,
                nothing_is_noticed_of_copies_and_tests,
                notices_are_read_in_pages_until_they_have_been_given,
                notices_are_counted_with_the_age_of_the_oldest,
                notices_of_long_ago_are_forgotten_step_by_step,
                a_message_from_a_handset_is_noticed_where_that_is_wanted,
            }
            waiting {
                a_cancelled_message_is_released_and_never_leaves,
                of_many_messages_one_is_cancelled,
                what_has_left_or_may_have_is_not_cancelled,
                a_test_is_not_cancelled,
                nobody_cancels_anothers_message_or_a_control_copy,
                a_cancellation_is_told_like_any_end,
                messages_to_a_number_are_found_until_they_leave,
                a_message_from_the_alternative_is_found_by_that,
            }
            rerouting {
                what_waits_for_a_connector_is_listed_by_number,
                only_what_waits_long_enough_and_may_go_another_way_is_listed,
                rerouted_messages_leave_the_other_way,
                what_waits_no_more_or_elsewhere_is_not_rerouted,
                nothing_is_rerouted_to_a_connector_that_is_not_there,
                a_rerouted_message_survives_recovery_of_either_way,
            }
            replacing {
                a_replaced_message_leaves_with_its_new_text_at_its_new_price,
                a_replaced_message_that_is_cancelled_gives_its_new_price_back,
                the_balance_must_cover_what_a_replacement_costs_more,
                a_price_that_makes_no_sense_is_refused,
                a_message_is_replaced_whatever_it_waits_for_and_waits_on,
                what_has_left_or_may_have_is_not_replaced,
                a_message_whose_time_is_over_is_not_replaced,
                only_a_message_that_is_alone_is_replaced,
                nobody_replaces_anothers_message,
                a_replacement_says_what_is_noticed_and_leaves_the_callback,
            }
            replaced_times {
                a_replacement_may_change_when_a_message_leaves,
                a_replacement_may_change_how_long_a_message_may_leave,
                a_pause_and_a_put_off_attempt_outlast_a_replacement,
            }
            tallies {
                the_tally_of_a_large_submission_equals_a_recount,
            }
            inbound {
                messages_from_handsets_are_there_as_they_came,
                a_message_from_a_handset_shows_to_its_account_only,
                messages_from_handsets_are_read_by_number_time_and_destination,
                messages_from_handsets_are_kept_whole_or_not_at_all,
                an_account_that_is_told_is_owed_a_callback_for_a_message_from_a_handset,
            }
            parts {
                parts_are_read_in_their_order_when_all_have_come,
                parts_of_different_texts_do_not_mix,
                a_part_sent_again_is_written_once,
                a_text_is_known_again_no_longer_however_many_came_since,
                a_reference_used_again_loses_neither_text,
                what_never_becomes_whole_is_read_when_it_is_overdue,
                a_part_that_comes_while_the_others_are_read_is_not_lost,
                a_message_whose_parts_are_gone_is_not_written_again,
                a_message_that_cannot_be_written_leaves_its_parts,
                texts_are_read_a_few_at_a_time_whole_ones_first,
                very_long_texts_are_not_all_read_at_once,
                no_part_is_lost_or_told_twice_whatever_comes,
            }
            transfers {
                a_transfer_takes_from_one_and_gives_to_the_other,
                nobody_gives_more_than_is_available,
                a_transfer_that_makes_no_sense_is_refused,
                a_transfer_beyond_all_money_is_refused_whole,
                concurrent_transfers_give_the_balance_exactly,
            }
            turnover {
                turnover_counts_what_an_upstream_took,
                turnover_counts_what_came_and_went_by_people,
                turnover_of_nobody_is_nothing,
            }
            mailings {
                a_mailing_is_kept_as_it_was_made,
                a_mailing_is_accepted_once_like_any_submission,
                mailings_and_submissions_have_no_number_in_common,
                a_mailing_is_found_by_its_reference_the_latest_first,
                mailings_are_read_in_pages_by_when_they_were_made,
                long_plans_are_read_a_few_at_a_time,
                mailings_come_due_the_longest_due_first,
                a_run_is_noted_once,
                a_run_is_put_off_unless_it_was_made,
                a_mailing_changed_during_its_run_keeps_the_change,
                each_change_of_a_mailing_has_a_time_of_its_own,
                a_disabled_mailing_runs_no_more,
                a_removed_mailing_is_unknown_and_its_submissions_stay,
                a_mailing_knows_its_last_submissions,
                another_accounts_mailing_is_as_unknown_as_none,
            }
            templates {
                a_template_is_kept_as_it_was_written_and_changed,
                a_template_needs_its_account,
                templates_are_read_in_pages,
                another_accounts_template_is_as_unknown_as_none,
            }
            ledger {
                a_top_up_adds_and_takes,
                concurrent_top_ups_all_count,
                money_beyond_all_bounds_is_refused,
                an_audit_counts_what_it_checked,
                accounts_do_not_touch_each_others_money,
                the_books_balance_after_any_sequence_of_operations,
            }
        }
    };
    ($open:path; $($subject:ident { $($promise:ident,)* })*) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let (store, _place) = $open().await;
                $crate::contract::$subject::$promise(&store).await;
            }
        )*)*
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_promise_is_left_out_of_the_tests() {
        let listed = include_str!("contract.rs");
        for subject in [
            include_str!("contract/accounts.rs"),
            include_str!("contract/answers.rs"),
            include_str!("contract/at_once.rs"),
            include_str!("contract/callbacks.rs"),
            include_str!("contract/campaigns.rs"),
            include_str!("contract/claims.rs"),
            include_str!("contract/configuration.rs"),
            include_str!("contract/contact_counts.rs"),
            include_str!("contract/contact_lists.rs"),
            include_str!("contract/contacts.rs"),
            include_str!("contract/control_copies.rs"),
            include_str!("contract/expansions.rs"),
            include_str!("contract/halts.rs"),
            include_str!("contract/inbound.rs"),
            include_str!("contract/ledger.rs"),
            include_str!("contract/mailings.rs"),
            include_str!("contract/notices.rs"),
            include_str!("contract/once.rs"),
            include_str!("contract/own_texts.rs"),
            include_str!("contract/parts.rs"),
            include_str!("contract/receipts.rs"),
            include_str!("contract/replaced_times.rs"),
            include_str!("contract/replacing.rs"),
            include_str!("contract/rerouting.rs"),
            include_str!("contract/schedule.rs"),
            include_str!("contract/segments.rs"),
            include_str!("contract/sender_names.rs"),
            include_str!("contract/originator_stops.rs"),
            include_str!("contract/sent.rs"),
            include_str!("contract/stop_list.rs"),
            include_str!("contract/sub_accounts.rs"),
            include_str!("contract/submissions.rs"),
            include_str!("contract/tallies.rs"),
            include_str!("contract/templates.rs"),
            include_str!("contract/transfers.rs"),
            include_str!("contract/turnover.rs"),
            include_str!("contract/upstream_ids.rs"),
            include_str!("contract/waiting.rs"),
        ] {
            for promise in subject.split("\npub async fn ").skip(1) {
                let name = promise.split('(').next().unwrap();
                assert!(listed.contains(&format!("{name},")), "{name}");
            }
        }
    }
}
