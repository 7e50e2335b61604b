-- Grain: one record that no citizen wrote: a message of the chat or its channel, or a service message.
{{ social_others('telegram_bot') }}
