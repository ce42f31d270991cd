//! Requests that do not reach a use case.

/// Passes the rows of this table on; see [`super`].
macro_rules! request_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            150 BodyMalformed "BODY_MALFORMED" 400 Final "The body is not valid JSON for this operation" "请求体不是有效的 JSON";
            151 BodyInvalid "BODY_INVALID" 422 Final "A field of the body is missing, unknown or of the wrong type" "请求体字段缺失、未知或类型错误";
            152 QueryInvalid "QUERY_INVALID" 422 Final "A query parameter is unknown or invalid" "查询参数未知或无效";
            153 ContentTypeUnsupported "CONTENT_TYPE_UNSUPPORTED" 415 Final "Send the body as application/json" "请使用 application/json 发送请求体";
            154 BodyTooLarge "BODY_TOO_LARGE" 413 Final "The request is larger than this operation accepts; send it in smaller parts" "请求超出此操作的大小上限，请拆分后发送";
            155 OriginForbidden "ORIGIN_FORBIDDEN" 403 Final "Requests from this origin are not allowed" "不允许来自该来源的请求";
            156 RouteNotFound "ROUTE_NOT_FOUND" 404 Final "There is no such path" "路径不存在";
            157 MethodNotAllowed "METHOD_NOT_ALLOWED" 405 Final "The path does not support this method" "该路径不支持此方法";
            158 RateLimited "RATE_LIMITED" 429 Later "Too many requests; wait and try again" "请求过于频繁，请稍后再试";
            159 CursorInvalid "CURSOR_INVALID" 422 Final "The cursor is not valid for this list" "游标不适用于该列表";
            160 IdempotencyKeyInvalid "IDEMPOTENCY_KEY_INVALID" 400 Final "Send one Idempotency-Key of 1 to 128 visible ASCII characters" "Idempotency-Key 只能出现一次，且为1至128个可见 ASCII 字符";
            161 IdempotencyKeyReused "IDEMPOTENCY_KEY_REUSED" 422 Final "This Idempotency-Key was already used for another request" "该 Idempotency-Key 已用于其他请求";
            162 IdempotencyKeyBusy "IDEMPOTENCY_KEY_IN_USE" 409 Later "The first request with this Idempotency-Key is still running" "使用该 Idempotency-Key 的首个请求仍在执行";
            290 HostInvalid "HOST_INVALID" 400 Final "A request must name its host exactly once; send one Host header, such as pay.example.com" "请求须且只能指明一个主机；请只发送一个 Host 请求头，例如 pay.example.com";
            291 HostUnknown "HOST_UNKNOWN" 421 Final "The server does not accept this host name; use the server's official address, or have the name added to its allowed hosts" "服务器不接受该主机名；请使用服务器的正式地址，或将该名称加入允许的主机名";
            292 RequestMalformed "REQUEST_MALFORMED" 400 Final "This is not a well-formed HTTP request; check what the client or a proxy in between sends" "请求不符合 HTTP 规范；请检查客户端或中间代理发送的内容";
            293 HeadTooLarge "REQUEST_HEAD_TOO_LARGE" 431 Final "The request head is too large; send fewer or shorter headers, or a shorter URL" "请求头过大；请减少或缩短请求头，或缩短地址";
            294 BodyTooSlow "BODY_TOO_SLOW" 408 Later "The request body arrived too slowly and nothing was done; send it again over a faster connection, or in smaller parts" "请求体传输过慢，未执行任何操作；请在更快的网络下重新发送，或拆分后发送";
        }
    };
}

pub(super) use request_codes;
