-- Grain: one record that is no message of a citizen: what the chat or its channel wrote, a service message.
{{ social_others('telegram_bot') }}
