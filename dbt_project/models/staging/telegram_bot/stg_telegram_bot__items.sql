-- Grain: one message of a citizen to the bot or in a chat that it is in, its latest accepted version.
{{ social_items('telegram_bot', kind='message') }}
