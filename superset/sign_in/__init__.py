"""How people prove who they are: by a local password, by the municipality's directory (LDAP) or by an identity provider
(OpenID Connect). What they may see says `access.csv`, whichever way they come."""
