//! What the SDK offers and the filter does not use, declined.
//!
//! Contexts are called through tables of their methods, so that the linker keeps every method of the SDK's traits with
//! all that it calls: seven kilobytes. Here each is replaced by one that does nothing; [`crate::host`] makes the
//! calls that the filter needs.

use std::time::{SystemTime, UNIX_EPOCH};

use proxy_wasm::types::Status;

/// The answer of a method that nobody calls.
pub(crate) trait Nothing {
    fn nothing() -> Self;
}

impl Nothing for () {
    fn nothing() {}
}

impl Nothing for u32 {
    fn nothing() -> u32 {
        0
    }
}

impl Nothing for SystemTime {
    fn nothing() -> SystemTime {
        UNIX_EPOCH
    }
}

impl<T> Nothing for Option<T> {
    fn nothing() -> Option<T> {
        None
    }
}

impl<T> Nothing for Vec<T> {
    fn nothing() -> Vec<T> {
        Vec::new()
    }
}

impl<T> Nothing for Result<T, Status> {
    fn nothing() -> Result<T, Status> {
        Err(Status::NotFound)
    }
}

impl<A: Nothing, B: Nothing> Nothing for (A, B) {
    fn nothing() -> (A, B) {
        (A::nothing(), B::nothing())
    }
}

macro_rules! decline {
    ($(fn $name:ident[$($receiver:tt)+]($($argument:ty),*) $(-> $result:ty)?;)*) => {$(
        fn $name($($receiver)+ $(, _: $argument)*) $(-> $result)? {
            $crate::sdk::Nothing::nothing()
        }
    )*};
}

macro_rules! decline_context {
    () => {
        $crate::sdk::decline! {
            fn get_current_time[&self]() -> ::std::time::SystemTime;
            fn get_property[&self](Vec<&str>) -> Option<Vec<u8>>;
            fn set_property[&self](Vec<&str>, Option<&[u8]>);
            fn get_shared_data[&self](&str) -> (Option<Vec<u8>>, Option<u32>);
            fn set_shared_data[&self](&str, Option<&[u8]>, Option<u32>) -> Result<(), ::proxy_wasm::types::Status>;
            fn remove_shared_data[&self](&str, Option<u32>) -> Result<(), ::proxy_wasm::types::Status>;
            fn register_shared_queue[&self](&str) -> u32;
            fn resolve_shared_queue[&self](&str, &str) -> Option<u32>;
            fn dequeue_shared_queue[&self](u32) -> Result<Option<Vec<u8>>, ::proxy_wasm::types::Status>;
            fn enqueue_shared_queue[&self](u32, Option<&[u8]>) -> Result<(), ::proxy_wasm::types::Status>;
            fn dispatch_http_call[&self](&str, Vec<(&str, &str)>, Option<&[u8]>, Vec<(&str, &str)>, ::std::time::Duration) -> Result<u32, ::proxy_wasm::types::Status>;
            fn get_http_call_response_headers[&self]() -> Vec<(String, String)>;
            fn get_http_call_response_headers_bytes[&self]() -> Vec<(String, Vec<u8>)>;
            fn get_http_call_response_header[&self](&str) -> Option<String>;
            fn get_http_call_response_header_bytes[&self](&str) -> Option<Vec<u8>>;
            fn get_http_call_response_body[&self](usize, usize) -> Option<Vec<u8>>;
            fn get_http_call_response_trailers[&self]() -> Vec<(String, String)>;
            fn get_http_call_response_trailers_bytes[&self]() -> Vec<(String, Vec<u8>)>;
            fn get_http_call_response_trailer[&self](&str) -> Option<String>;
            fn get_http_call_response_trailer_bytes[&self](&str) -> Option<Vec<u8>>;
            fn dispatch_grpc_call[&self](&str, &str, &str, Vec<(&str, &[u8])>, Option<&[u8]>, ::std::time::Duration) -> Result<u32, ::proxy_wasm::types::Status>;
            fn get_grpc_call_response_body[&self](usize, usize) -> Option<Vec<u8>>;
            fn cancel_grpc_call[&self](u32);
            fn open_grpc_stream[&self](&str, &str, &str, Vec<(&str, &[u8])>) -> Result<u32, ::proxy_wasm::types::Status>;
            fn get_grpc_stream_initial_metadata[&self]() -> Vec<(String, Vec<u8>)>;
            fn get_grpc_stream_initial_metadata_value[&self](&str) -> Option<Vec<u8>>;
            fn send_grpc_stream_message[&self](u32, Option<&[u8]>, bool);
            fn get_grpc_stream_message[&mut self](usize, usize) -> Option<Vec<u8>>;
            fn get_grpc_stream_trailing_metadata[&self]() -> Vec<(String, Vec<u8>)>;
            fn get_grpc_stream_trailing_metadata_value[&self](&str) -> Option<Vec<u8>>;
            fn cancel_grpc_stream[&self](u32);
            fn close_grpc_stream[&self](u32);
            fn get_grpc_status[&self]() -> (u32, Option<String>);
            fn call_foreign_function[&self](&str, Option<&[u8]>) -> Result<Option<Vec<u8>>, ::proxy_wasm::types::Status>;
            fn done[&self]();
        }
    };
}

macro_rules! decline_root {
    () => {
        $crate::sdk::decline! {
            fn get_vm_configuration[&self]() -> Option<Vec<u8>>;
            fn get_plugin_configuration[&self]() -> Option<Vec<u8>>;
            fn set_tick_period[&self](::std::time::Duration);
        }
    };
}

macro_rules! decline_http {
    () => {
        $crate::sdk::decline! {
            fn get_http_request_headers[&self]() -> Vec<(String, String)>;
            fn get_http_request_headers_bytes[&self]() -> Vec<(String, Vec<u8>)>;
            fn set_http_request_headers[&self](Vec<(&str, &str)>);
            fn set_http_request_headers_bytes[&self](Vec<(&str, &[u8])>);
            fn get_http_request_header[&self](&str) -> Option<String>;
            fn get_http_request_header_bytes[&self](&str) -> Option<Vec<u8>>;
            fn set_http_request_header[&self](&str, Option<&str>);
            fn set_http_request_header_bytes[&self](&str, Option<&[u8]>);
            fn add_http_request_header[&self](&str, &str);
            fn add_http_request_header_bytes[&self](&str, &[u8]);
            fn remove_http_request_header[&self](&str);
            fn get_http_request_body[&self](usize, usize) -> Option<Vec<u8>>;
            fn set_http_request_body[&self](usize, usize, &[u8]);
            fn get_http_request_trailers[&self]() -> Vec<(String, String)>;
            fn get_http_request_trailers_bytes[&self]() -> Vec<(String, Vec<u8>)>;
            fn set_http_request_trailers[&self](Vec<(&str, &str)>);
            fn set_http_request_trailers_bytes[&self](Vec<(&str, &[u8])>);
            fn get_http_request_trailer[&self](&str) -> Option<String>;
            fn get_http_request_trailer_bytes[&self](&str) -> Option<Vec<u8>>;
            fn set_http_request_trailer[&self](&str, Option<&str>);
            fn set_http_request_trailer_bytes[&self](&str, Option<&[u8]>);
            fn add_http_request_trailer[&self](&str, &str);
            fn add_http_request_trailer_bytes[&self](&str, &[u8]);
            fn remove_http_request_trailer[&self](&str);
            fn resume_http_request[&self]();
            fn reset_http_request[&self]();
            fn get_http_response_headers[&self]() -> Vec<(String, String)>;
            fn get_http_response_headers_bytes[&self]() -> Vec<(String, Vec<u8>)>;
            fn set_http_response_headers[&self](Vec<(&str, &str)>);
            fn set_http_response_headers_bytes[&self](Vec<(&str, &[u8])>);
            fn get_http_response_header[&self](&str) -> Option<String>;
            fn get_http_response_header_bytes[&self](&str) -> Option<Vec<u8>>;
            fn set_http_response_header[&self](&str, Option<&str>);
            fn set_http_response_header_bytes[&self](&str, Option<&[u8]>);
            fn add_http_response_header[&self](&str, &str);
            fn add_http_response_header_bytes[&self](&str, &[u8]);
            fn remove_http_response_header[&self](&str);
            fn get_http_response_body[&self](usize, usize) -> Option<Vec<u8>>;
            fn set_http_response_body[&self](usize, usize, &[u8]);
            fn get_http_response_trailers[&self]() -> Vec<(String, String)>;
            fn get_http_response_trailers_bytes[&self]() -> Vec<(String, Vec<u8>)>;
            fn set_http_response_trailers[&self](Vec<(&str, &str)>);
            fn set_http_response_trailers_bytes[&self](Vec<(&str, &[u8])>);
            fn get_http_response_trailer[&self](&str) -> Option<String>;
            fn get_http_response_trailer_bytes[&self](&str) -> Option<Vec<u8>>;
            fn set_http_response_trailer[&self](&str, Option<&str>);
            fn set_http_response_trailer_bytes[&self](&str, Option<&[u8]>);
            fn add_http_response_trailer[&self](&str, &str);
            fn add_http_response_trailer_bytes[&self](&str, &[u8]);
            fn remove_http_response_trailer[&self](&str);
            fn resume_http_response[&self]();
            fn reset_http_response[&self]();
            fn send_http_response[&self](u32, Vec<(&str, &str)>, Option<&[u8]>);
            fn send_grpc_response[&self](::proxy_wasm::types::GrpcStatusCode, Option<&str>, Vec<(&str, &[u8])>);
        }
    };
}

pub(crate) use {decline, decline_context, decline_http, decline_root};
