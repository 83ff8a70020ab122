"""Full contexts in the words of many servers, and errors that only sound like them."""

import json
from typing import Any

import pytest

from dialogue.backends.openai.complaints import read_complaint
from dialogue.backends.openai.overflow import is_overflow
from tests.dialogue.references import read_reference

OVERFLOWS = [
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 8545 tokens.",
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "Invalid 'messages[1].content': string too long. Expected a string with maximum length 1048576, but got one with 2000000.",
    "prompt is too long: 201000 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens`",
    "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
    "'max_tokens' is too large: 3000. This model's maximum context length is 4096 tokens and your request has 2000 input "
    "tokens",
    "max_tokens must be at least 1, got -50.",
    "You passed 4097 input tokens and requested 100 output tokens. However, the model's context length is only 4096 tokens.",
    "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 500 "
    "`max_new_tokens`",
    "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000",
    "the request exceeds the available context size, try increasing it",
    "Requested tokens (5000) exceed context window of 4096",
    "prompt too long; exceeded max context length by 12 tokens",
    "Trying to keep the first 4646 tokens when context the overflows. However, the model is loaded with context length of only "
    "4096 tokens, which is not enough.",
    "The number of tokens to keep from the initial prompt is greater than the context length.",
    "Prompt contains 32805 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    "Please reduce the length of the messages or completion.",
    "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
    "The input token count (40100) exceeds the maximum number of tokens allowed (32768).",
    "Unable to submit request because the input token count is 40100 but model only supports up to 32768. Reduce the input "
    "token count and try again.",
    "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens",
    "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000.",
    "Invalid request: Your request exceeded model token limit: 8192",
    "Prompt exceeds max length",
    "Range of input length should be [1, 30720]",
    "The prompt is too long: 9000, model maximum context length: 8191",
    "Input is too long for requested model.",
    "length of prompt_tokens (163280) must be less than max_seq_len (32768).",
    "Request body too large for gpt-4o model. Max size: 8000 tokens.",
    "Prompt length 5000 is greater than max_seq_len 4096",
    "Prompt length (5000) exceeds maximum input length (4096)",
    "prompt token count of 70000 exceeds the limit of 64000",
    "Total tokens 9000 exceeds the model limit of 8192",
    "Conversation is too long for this model",
    "The messages do not fit the model: 9000 tokens, limit 8192",
    "context window exceeds limit (2013)",
    "输入内容过长，超过模型的最大上下文长度",
    "Prompt 超长",
    "输入长度超过模型上限",
    "tokens in request more than max tokens allowed",
    "Prompt has 150,000 tokens, but the configured context size is 128,000 tokens",
    "Input length 265330 exceeds the maximum allowed input length of 262144 tokens.",
    "context_length exceeded",
    "Model failed: model_context_window_exceeded",
    "CONTEXT_WINDOW_EXCEEDED",
    "Request exceeds the maximum size",
    "token limit exceeded for this model",
    "sent message larger than max (5000 vs. 4096)",
    "The total length is too long",
    "Too long: 9000 tokens, allowed are 8192",
    "You requested 9000 tokens but the model supports 8192",
    "context shift is disabled",
    "Cannot truncate prompt with n_keep (4270) >= n_ctx (4096)",
    "slot context: 8192 tokens, prompt 9000 tokens",
    "KV cache has insufficient capacity for this request",
    "expected maxLength: 200000, actual: 250000, please reformat your input and try again.",
    "max_total_tokens exceeded: 5000 > 4096",
    "This model supports at most 131072 tokens of context, but 150000 were given",
    "Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
    "Sequence length (9000) exceeds the limit of this model",
    "Model context window is 128k tokens, you requested 256k tokens",
]
OTHERS = [
    "max_tokens is too large: 5000. This model supports at most 4096 completion tokens, whereas you provided 5000.",
    "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` "
    "for this model",
    "max_tokens: 9000 > 8192, which is the maximum allowed number of output tokens for m",
    "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7000, please reduce your message size",
    "Rate limit reached for m on input tokens per day: limit 200000, used 200000",
    "You exceeded your current quota, please check your plan and billing details.",
    "Too many requests: the request rate exceeds the limit",
    "Too many tokens, please wait before trying again.",
    "ThrottlingException: Too many tokens",
    "Number of request tokens has exceeded your per-model limit",
    "input token limit exceeded for this minute",
    "This request would exceed your account's rate limit",
    "max_tokens exceeds the limit of 8192",
    "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower.",
    "loading model: context deadline exceeded",
    "Arrearage: Access denied, please make sure your account is in good standing.",
    "request reached organization TPD rate limit, current: 1506556, limit: 1500000",
    "请求频率过高，已限流",
    "temperature: Input should be less than or equal to 2",
    "top_p: Input should be greater than 0; seed: Input should be a valid integer, at most 2147483647",
    "messages: at least one message is required",
    "Unrecognized request argument supplied: seed",
    "This request requires more credits, or fewer max_tokens. You requested up to 32000 tokens, but can only afford 90.",
    "The content of your request violates our policy",
    "Invalid value: 'system'. Supported values are: 'user' and 'assistant'.",
    "Incorrect API key provided: it has more than 60 characters",
]


@pytest.mark.parametrize("words", OVERFLOWS)
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_full_context_is_recognised_in_any_wording(words: str, status: int) -> None:
    assert is_overflow(read_complaint(status, words))


@pytest.mark.parametrize("words", OTHERS)
@pytest.mark.parametrize("status", [400, 422])
def test_what_only_sounds_like_a_full_context_is_none(words: str, status: int) -> None:
    assert not is_overflow(read_complaint(status, words))


@pytest.mark.parametrize(
    "error", read_reference("api/context_overflow"), ids=lambda error: error["body"]["error"]["message"]
)
def test_published_answers_about_a_full_context_are_recognised(error: dict[str, Any]) -> None:
    assert is_overflow(read_complaint(error["status"], json.dumps(error["body"])))


@pytest.mark.parametrize(
    ("status", "body", "is_full"),
    [
        (413, "", True),
        (413, "<html><head><title>413 Request Entity Too Large</title></head></html>", True),
        (413, '{"error": {"message": "Request too large", "code": "request_too_large"}}', True),
        (413, '{"error": {"message": "Limit 6000, Requested 7000", "code": "rate_limit_exceeded"}}', False),
        (413, '{"error": {"message": "Request too large on tokens per minute (TPM): Limit 6000"}}', False),
        (429, '{"error": {"message": "Your input exceeds the context window"}}', False),
        (401, '{"error": {"message": "prompt is too long"}}', False),
        (500, '{"error": {"message": "Context size has been exceeded."}}', True),
        (500, '{"error": {"message": "The request queue is too long"}}', False),
        (503, '{"error": {"message": "prompt too large for this queue"}}', False),
        (400, '{"error": {"message": "Bad request", "code": "context_length_exceeded"}}', True),
        (400, '{"error": {"message": "Bad request", "code": "model_max_prompt_tokens_exceeded"}}', True),
        (400, '{"error": {"type": "exceed_context_size_error", "n_ctx": 4096}}', True),
        (
            400,
            '{"error": {"message": "Provider returned error", "metadata": {"raw": "prompt is too long: 9 > 8"}}}',
            True,
        ),
        (422, '{"detail": [{"loc": ["body", "x"], "msg": "Field required", "input": "my prompt is too long"}]}', False),
        (None, '{"error": "the input length exceeds the context length"}', True),
    ],
)
def test_status_codes_and_kinds_count_too_but_never_what_a_person_wrote(
    status: int | None, body: str, is_full: bool
) -> None:
    assert is_overflow(read_complaint(status, body)) == is_full
