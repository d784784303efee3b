//! ATL and LSIM: a task is known by its number.

use super::{Ids, NEVER, SUBMISSION};

pub(super) const IDS: Ids = Ids {
    dialect: "atl",
    before: &[(
        "POST /bulksms/api",
        "<request><head><operation>submit</operation><login>{login}</login><password>{password}</password><title>Info</title>\
         <scheduled>NOW</scheduled><isbulk>true</isbulk><bulkmessage>Hi</bulkmessage></head>\
         <body><msisdn>{number}</msisdn></body></request>",
    )],
    seen: &[
        (
            "POST /bulksms/api",
            "<request><head><operation>detailedreport</operation><login>{login}</login><password>{password}</password>\
             <taskid>{submission}</taskid></head></request>",
        ),
        (
            "POST /bulksms/api",
            "<request><head><operation>units</operation><login>{login}</login><password>{password}</password></head></request>",
        ),
    ],
    rows: &[
        (
            (
                "POST /bulksms/api",
                "<request><head><operation>report</operation><login>{login}</login><password>{password}</password>\
                 <taskid>{}</taskid></head></request>",
            ),
            SUBMISSION,
            NEVER,
        ),
        (
            (
                "POST /bulksms/api",
                "<request><head><operation>detailedreport</operation><login>{login}</login><password>{password}</password>\
                 <taskid>{}</taskid></head></request>",
            ),
            SUBMISSION,
            NEVER,
        ),
        (
            (
                "POST /smxml/api",
                "<request><head><operation>report</operation><login>{login}</login><password>{password}</password>\
                 <taskid>{}</taskid></head></request>",
            ),
            SUBMISSION,
            NEVER,
        ),
        (
            (
                "POST /smxml/api",
                "{\"request\":{\"head\":{\"operation\":\"detailedreport\",\"login\":\"{login}\",\"password\":\"{password}\",\
                 \"taskid\":{}}}}",
            ),
            SUBMISSION,
            NEVER,
        ),
        (
            (
                "POST /smxml/api",
                "{\"request\":{\"head\":{\"operation\":\"detailedreportwithdate\",\"login\":\"{login}\",\
                 \"password\":\"{password}\",\"taskid\":\"{}\"}}}",
            ),
            SUBMISSION,
            NEVER,
        ),
    ],
    names: &["taskid"],
    excepted: &[],
};
