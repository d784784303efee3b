//! The tags of optional parameters [smpp34 §5.3.2].

use crate::codes::named_codes;

/// Says what an optional parameter is; vendors use 0x1400 to 0x3FFF, unknown values are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u16);

named_codes! { Tag {
    DEST_ADDR_SUBUNIT = 0x0005, "dest_addr_subunit", "Part of the handset that is addressed.";
    DEST_NETWORK_TYPE = 0x0006, "dest_network_type", "Network of the destination.";
    DEST_BEARER_TYPE = 0x0007, "dest_bearer_type", "Bearer wanted.";
    DEST_TELEMATICS_ID = 0x0008, "dest_telematics_id", "Telematic interworking.";
    SOURCE_ADDR_SUBUNIT = 0x000D, "source_addr_subunit", "Part of the handset that sent.";
    SOURCE_NETWORK_TYPE = 0x000E, "source_network_type", "Network of the source.";
    SOURCE_BEARER_TYPE = 0x000F, "source_bearer_type", "Bearer used.";
    SOURCE_TELEMATICS_ID = 0x0010, "source_telematics_id", "Telematic interworking.";
    QOS_TIME_TO_LIVE = 0x0017, "qos_time_to_live", "Seconds to keep the message, four octets.";
    PAYLOAD_TYPE = 0x0019, "payload_type", "WDP or WCMP.";
    ADDITIONAL_STATUS_INFO_TEXT = 0x001D, "additional_status_info_text", "Text on the status.";
    RECEIPTED_MESSAGE_ID = 0x001E, "receipted_message_id", "The `message_id` of a receipt.";
    MS_MSG_WAIT_FACILITIES = 0x0030, "ms_msg_wait_facilities", "Message waiting indication.";
    PRIVACY_INDICATOR = 0x0201, "privacy_indicator", "Level of privacy.";
    SOURCE_SUBADDRESS = 0x0202, "source_subaddress", "Subaddress of the source.";
    DEST_SUBADDRESS = 0x0203, "dest_subaddress", "Subaddress of the destination.";
    USER_MESSAGE_REFERENCE = 0x0204, "user_message_reference", "The ESME's own reference.";
    USER_RESPONSE_CODE = 0x0205, "user_response_code", "A code that the user gave.";
    SOURCE_PORT = 0x020A, "source_port", "Port of the source.";
    DESTINATION_PORT = 0x020B, "destination_port", "Port of the destination.";
    SAR_MSG_REF_NUM = 0x020C, "sar_msg_ref_num", "Reference shared by the segments.";
    LANGUAGE_INDICATOR = 0x020D, "language_indicator", "Language of the text.";
    SAR_TOTAL_SEGMENTS = 0x020E, "sar_total_segments", "How many segments there are.";
    SAR_SEGMENT_SEQNUM = 0x020F, "sar_segment_seqnum", "Which segment this is, from one.";
    SC_INTERFACE_VERSION = 0x0210, "sc_interface_version", "Version that the SMSC speaks.";
    CALLBACK_NUM_PRES_IND = 0x0302, "callback_num_pres_ind", "Presentation of the number.";
    CALLBACK_NUM_ATAG = 0x0303, "callback_num_atag", "Display text of the number.";
    NUMBER_OF_MESSAGES = 0x0304, "number_of_messages", "Messages waiting.";
    CALLBACK_NUM = 0x0381, "callback_num", "Number to call back.";
    DPF_RESULT = 0x0420, "dpf_result", "Whether a delivery pending flag was set.";
    SET_DPF = 0x0421, "set_dpf", "Asks for a delivery pending flag.";
    MS_AVAILABILITY_STATUS = 0x0422, "ms_availability_status", "Whether the handset is there.";
    NETWORK_ERROR_CODE = 0x0423, "network_error_code", "Network type and its error code.";
    MESSAGE_PAYLOAD = 0x0424, "message_payload", "The text, when it is not `short_message`.";
    DELIVERY_FAILURE_REASON = 0x0425, "delivery_failure_reason", "Why a delivery failed.";
    MORE_MESSAGES_TO_SEND = 0x0426, "more_messages_to_send", "More will follow at once.";
    MESSAGE_STATE = 0x0427, "message_state", "The state of a receipted message.";
    USSD_SERVICE_OP = 0x0501, "ussd_service_op", "USSD operation.";
    DISPLAY_TIME = 0x1201, "display_time", "How the handset shows the message.";
    SMS_SIGNAL = 0x1203, "sms_signal", "Alert of the handset.";
    MS_VALIDITY = 0x1204, "ms_validity", "Validity on the handset.";
    ALERT_ON_MESSAGE_DELIVERY = 0x130C, "alert_on_message_delivery", "Asks for an alert.";
    ITS_REPLY_TYPE = 0x1380, "its_reply_type", "Interactive teleservice reply.";
    ITS_SESSION_INFO = 0x1383, "its_session_info", "Interactive teleservice session.";
} }
