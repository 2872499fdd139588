"""What the page behind the promise link says, in the languages of the prompts."""

from __future__ import annotations

from collections.abc import Mapping

from telephony.prompts import supported

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Your call",
        "open": "{department} will call you {when}.",
        "kept": "We have called you as promised. Thank you.",
        "redeemed": "You reached us before we called, so no call is planned any more.",
        "cancelled": "Your callback is cancelled. You can call us at any time.",
        "ticketed": "A person will contact you about your request.",
        "unknown": "We do not know this link. Please check that it is complete.",
        "later": "We cannot look this up right now. Please try again in a minute.",
        "move": "Choose another time",
        "save": "Call me then",
        "cancel": "Cancel the call",
    },
    "es": {
        "title": "Su llamada",
        "open": "{department} le llamará {when}.",
        "kept": "Le hemos llamado como prometimos. Gracias.",
        "redeemed": "Usted nos localizó antes, así que ya no hay ninguna llamada prevista.",
        "cancelled": "Su llamada está cancelada. Puede llamarnos cuando quiera.",
        "ticketed": "Una persona se pondrá en contacto con usted.",
        "unknown": "No conocemos este enlace. Compruebe que esté completo.",
        "later": "Ahora no podemos consultarlo. Inténtelo de nuevo en un minuto.",
        "move": "Elegir otra hora",
        "save": "Llámenme entonces",
        "cancel": "Cancelar la llamada",
    },
}


def words(language: str) -> Mapping[str, str]:
    """The sentences of the page."""
    return _WORDS[supported(language)]
