"""An invented sales organisation, larger than the demo's and written by other rules, to measure whole mails on."""
