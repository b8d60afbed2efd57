"""The words that are the same in every consent, in the languages that the studio has them in.

English is the first; the others are the studio's own translations of it. Whatever was written for one consent alone (scope,
purpose, product lines, what is never shown) stands in the words of whoever wrote it, in any language.
"""

from dataclasses import dataclass
from types import MappingProxyType

from twin.consents.consent import Medium, PayBasis
from twin.consents.own_consent import Apart

FIRST = "en"


@dataclass(frozen=True)
class Fixed:
    """Titles, headings and sentences of one language; what stands in braces is filled in.

    `headings` are those of a consent to be painted, `apart_headings` those of a consent that stands apart, in the order of the
    text; `apart` are what such a consent allows and what it is not.
    """

    title: str
    apart_titles: MappingProxyType[Apart, str]
    about_twin: str
    about_person: str
    headings: tuple[str, ...]
    apart_headings: tuple[str, ...]
    paid: MappingProxyType[PayBasis, str]
    media: MappingProxyType[Medium, str]
    nothing_excluded: str
    no_training: str
    face_apart: str
    no_counsel: str
    ending: tuple[str, str, str]
    apart: MappingProxyType[Apart, tuple[str, str]]
    span: str
    months: tuple[str, ...]
    day: str = "{day} {month} {year}"

    def __post_init__(self) -> None:
        """Raises ValueError where a language lacks words."""
        if (len(self.headings), len(self.apart_headings), len(self.months)) != (11, 4, 12):
            raise ValueError("A heading or a month is missing.")
        if (
            {*self.apart_titles} != {*Apart}
            or {*self.apart} != {*Apart}
            or {*self.paid} != {*PayBasis}
            or {*self.media} != {*Medium}
        ):
            raise ValueError("A rate or a medium is missing.")


def _media(*names: str) -> MappingProxyType[Medium, str]:
    return MappingProxyType(dict(zip(Medium, names, strict=True)))


def _paid(*words: str) -> MappingProxyType[PayBasis, str]:
    return MappingProxyType(dict(zip(PayBasis, words, strict=True)))


ENGLISH = Fixed(
    title="CONSENT TO BE PAINTED AS A DIGITAL TWIN",
    apart_titles=MappingProxyType(
        {
            Apart.BIOMETRIC: "CONSENT TO MEASURE MY FACE",
            Apart.TRAINING: "PERMISSION TO TRAIN A MODEL ON MY PICTURES",
        }
    ),
    about_twin="Twin {whose}, version {version}. Language of this text: {language}.",
    about_person="Person {whose}, version {version}. Language of this text: {language}.",
    headings=(
        *("Scope", "Purpose", "Rate of pay", "Duration", "Uses", "Never", "What every image says", "Training"),
        *("My face in numbers", "Counsel or union", "Ending"),
    ),
    apart_headings=("Purpose", "What it allows", "Duration", "Ending"),
    paid=_paid(
        "for each released image, at least",
        "for each released image and each variant of it, at least",
        "once for all images of a licence, at least",
    ),
    media=_media(*(medium.value for medium in Medium)),
    nothing_excluded="Nothing further is excluded.",
    no_training="No. No model is trained on my pictures; that would be a permission of its own.",
    face_apart="Measured under a consent of its own, not under this one.",
    no_counsel="I had neither counsel nor union, and was told that I may.",
    ending=(
        "It ends by itself at its end. Nothing renews by itself: a renewal is a new version that I read and sign.",
        "I can take it back at any time, from my own account, without giving a reason.",
        "Nobody signs for me: no agency, no administrator, nobody with a power of attorney.",
    ),
    apart=MappingProxyType(
        {
            Apart.BIOMETRIC: (
                "What is measured: numbers that describe my face, taken from my reference pictures. They are kept under a key of"
                " my own, serve the purpose above and no other, are given to nobody, and are destroyed when this consent ends,"
                " when I take it back, or three years after the last time they were used, whichever comes first.",
                "This is no consent to paint me and no permission to train a model on me.",
            ),
            Apart.TRAINING: (
                "What is trained: weights that belong to my twin alone. They are kept under a key of my own, are loaded only"
                " while this permission and a licence hold, and are destroyed when it ends or I take it back.",
                "This is no consent to paint me and no consent to measure my face.",
            ),
        }
    ),
    span="From {start} until {end}.",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
)
GERMAN = Fixed(
    title="EINWILLIGUNG, ALS DIGITALER ZWILLING GEMALT ZU WERDEN",
    apart_titles=MappingProxyType(
        {
            Apart.BIOMETRIC: "EINWILLIGUNG, MEIN GESICHT ZU VERMESSEN",
            Apart.TRAINING: "ERLAUBNIS, EIN MODELL MIT MEINEN BILDERN ZU TRAINIEREN",
        }
    ),
    about_twin="Zwilling {whose}, Fassung {version}. Sprache dieses Textes: {language}.",
    about_person="Person {whose}, Fassung {version}. Sprache dieses Textes: {language}.",
    headings=(
        *("Umfang", "Zweck", "Vergütung", "Dauer", "Verwendungen", "Niemals", "Was auf jedem Bild steht", "Training"),
        *("Mein Gesicht in Zahlen", "Rechtsbeistand oder Gewerkschaft", "Ende"),
    ),
    apart_headings=("Zweck", "Was sie erlaubt", "Dauer", "Ende"),
    paid=_paid(
        "für jedes freigegebene Bild, mindestens",
        "für jedes freigegebene Bild und jede Variante davon, mindestens",
        "einmal für alle Bilder einer Lizenz, mindestens",
    ),
    media=_media("Onlineshop", "soziale Medien", "E-Mail", "Lookbook", "Druck", "Außenwerbung", "im Geschäft"),
    nothing_excluded="Nichts Weiteres ist ausgeschlossen.",
    no_training="Nein. Mit meinen Bildern wird kein Modell trainiert; das wäre eine eigene Erlaubnis.",
    face_apart="Wird nach einer eigenen Einwilligung vermessen, nicht nach dieser.",
    no_counsel="Ich hatte weder Rechtsbeistand noch Gewerkschaft, und mir wurde gesagt, dass ich das darf.",
    ending=(
        "Sie endet von selbst an ihrem Ende. Nichts verlängert sich von selbst: Eine Verlängerung ist eine neue Fassung, die ich"
        " lese und unterschreibe.",
        "Ich kann sie jederzeit zurücknehmen, von meinem eigenen Konto aus, ohne einen Grund zu nennen.",
        "Niemand unterschreibt für mich: keine Agentur, keine Verwaltung, niemand mit einer Vollmacht.",
    ),
    apart=MappingProxyType(
        {
            Apart.BIOMETRIC: (
                "Was vermessen wird: Zahlen, die mein Gesicht beschreiben, gewonnen aus meinen Referenzbildern. Sie liegen unter"
                " einem eigenen Schlüssel von mir, dienen dem Zweck oben und keinem anderen, werden niemandem gegeben und werden"
                " zerstört, wenn diese Einwilligung endet, wenn ich sie zurücknehme oder drei Jahre nach ihrer letzten"
                " Verwendung, je nachdem, was zuerst kommt.",
                "Dies ist keine Einwilligung, mich zu malen, und keine Erlaubnis, ein Modell mit mir zu trainieren.",
            ),
            Apart.TRAINING: (
                "Was trainiert wird: Gewichte, die allein zu meinem Zwilling gehören. Sie liegen unter einem eigenen Schlüssel"
                " von mir, werden nur geladen, solange diese Erlaubnis und eine Lizenz gelten, und werden zerstört, wenn sie"
                " endet oder ich sie zurücknehme.",
                "Dies ist keine Einwilligung, mich zu malen, und keine Einwilligung, mein Gesicht zu vermessen.",
            ),
        }
    ),
    span="Vom {start} bis zum {end}.",
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    day="{day}. {month} {year}",
)
FRENCH = Fixed(
    title="CONSENTEMENT À ÊTRE REPRÉSENTÉ(E) PAR UN JUMEAU NUMÉRIQUE",
    apart_titles=MappingProxyType(
        {
            Apart.BIOMETRIC: "CONSENTEMENT À MESURER MON VISAGE",
            Apart.TRAINING: "PERMISSION D’ENTRAÎNER UN MODÈLE SUR MES IMAGES",
        }
    ),
    about_twin="Jumeau {whose}, version {version}. Langue de ce texte : {language}.",
    about_person="Personne {whose}, version {version}. Langue de ce texte : {language}.",
    headings=(
        *("Étendue", "But", "Rémunération", "Durée", "Utilisations", "Jamais", "Ce que dit chaque image", "Entraînement"),
        *("Mon visage en chiffres", "Conseil ou syndicat", "Fin"),
    ),
    apart_headings=("But", "Ce qu’il permet", "Durée", "Fin"),
    paid=_paid(
        "pour chaque image publiée, au moins",
        "pour chaque image publiée et chacune de ses variantes, au moins",
        "une fois pour toutes les images d’une licence, au moins",
    ),
    media=_media(
        *(
            "boutique en ligne",
            "réseaux sociaux",
            "courriel",
            "lookbook",
            "imprimé",
            "affichage extérieur",
            "en magasin",
        )
    ),
    nothing_excluded="Rien d’autre n’est exclu.",
    no_training="Non. Aucun modèle n’est entraîné sur mes images ; ce serait une permission à part.",
    face_apart="Mesuré selon un consentement à part, non selon celui-ci.",
    no_counsel="Je n’avais ni conseil ni syndicat, et l’on m’a dit que j’y ai droit.",
    ending=(
        "Il prend fin de lui-même à son terme. Rien ne se renouvelle de soi-même : un renouvellement est une nouvelle version que"
        " je lis et que je signe.",
        "Je peux le retirer à tout moment, depuis mon propre compte, sans donner de raison.",
        "Personne ne signe pour moi : aucune agence, aucune administration, personne muni d’une procuration.",
    ),
    apart=MappingProxyType(
        {
            Apart.BIOMETRIC: (
                "Ce qui est mesuré : des nombres qui décrivent mon visage, tirés de mes images de référence. Ils sont gardés sous"
                " une clé qui m’est propre, servent au but ci-dessus et à aucun autre, ne sont donnés à personne, et sont"
                " détruits quand ce consentement prend fin, quand je le retire, ou trois ans après leur dernière utilisation,"
                " selon ce qui arrive en premier.",
                "Ceci n’est ni un consentement à me peindre ni une permission d’entraîner un modèle sur moi.",
            ),
            Apart.TRAINING: (
                "Ce qui est entraîné : des poids qui n’appartiennent qu’à mon jumeau. Ils sont gardés sous une clé qui m’est"
                " propre, ne sont chargés que tant que cette permission et une licence valent, et sont détruits quand elle prend"
                " fin ou que je la retire.",
                "Ceci n’est ni un consentement à me peindre ni un consentement à mesurer mon visage.",
            ),
        }
    ),
    span="Du {start} au {end}.",
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
)
SWEDISH = Fixed(
    title="SAMTYCKE TILL ATT BLI MÅLAD SOM DIGITAL TVILLING",
    apart_titles=MappingProxyType(
        {
            Apart.BIOMETRIC: "SAMTYCKE TILL ATT MÄTA MITT ANSIKTE",
            Apart.TRAINING: "TILLÅTELSE ATT TRÄNA EN MODELL PÅ MINA BILDER",
        }
    ),
    about_twin="Tvilling {whose}, version {version}. Textens språk: {language}.",
    about_person="Person {whose}, version {version}. Textens språk: {language}.",
    headings=(
        *("Omfattning", "Ändamål", "Ersättning", "Varaktighet", "Användning", "Aldrig", "Vad varje bild säger", "Träning"),
        *("Mitt ansikte i siffror", "Juridiskt ombud eller fackförbund", "Slut"),
    ),
    apart_headings=("Ändamål", "Vad det tillåter", "Varaktighet", "Slut"),
    paid=_paid(
        "för varje bild som släpps, minst",
        "för varje bild som släpps och varje variant av den, minst",
        "en gång för alla bilder under en licens, minst",
    ),
    media=_media("webbutik", "sociala medier", "e-post", "lookbook", "tryck", "utomhusreklam", "i butik"),
    nothing_excluded="Inget ytterligare är uteslutet.",
    no_training="Nej. Ingen modell tränas på mina bilder; det vore en egen tillåtelse.",
    face_apart="Mäts enligt ett eget samtycke, inte enligt detta.",
    no_counsel="Jag hade varken juridiskt ombud eller fackförbund, och fick veta att jag får ha det.",
    ending=(
        "Det upphör av sig självt vid sitt slut. Ingenting förnyas av sig självt: en förnyelse är en ny version som jag läser och"
        " undertecknar.",
        "Jag kan ta tillbaka det när som helst, från mitt eget konto, utan att ange något skäl.",
        "Ingen undertecknar åt mig: ingen agentur, ingen administratör, ingen med fullmakt.",
    ),
    apart=MappingProxyType(
        {
            Apart.BIOMETRIC: (
                "Vad som mäts: siffror som beskriver mitt ansikte, tagna ur mina referensbilder. De förvaras under en egen nyckel"
                " till mig, tjänar ändamålet ovan och inget annat, lämnas inte till någon och förstörs när detta samtycke upphör,"
                " när jag tar tillbaka det eller tre år efter att de senast användes, beroende på vad som kommer först.",
                "Detta är inget samtycke till att måla mig och ingen tillåtelse att träna en modell på mig.",
            ),
            Apart.TRAINING: (
                "Vad som tränas: vikter som hör till min tvilling ensam. De förvaras under en egen nyckel till mig, laddas bara"
                " medan denna tillåtelse och en licens gäller, och förstörs när den upphör eller jag tar tillbaka den.",
                "Detta är inget samtycke till att måla mig och inget samtycke till att mäta mitt ansikte.",
            ),
        }
    ),
    span="Från {start} till {end}.",
    months=(
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
)
LANGUAGES = MappingProxyType({FIRST: ENGLISH, "de": GERMAN, "fr": FRENCH, "sv": SWEDISH})
"""The languages of the fixed words, by their short names."""
ELSEWHERE = "Headings, and the sentences that are the same in every consent, are in English; the rest is in: {language}."
"""What a text in another language says of itself, in place of its language."""


def fixed_words(language: str) -> Fixed:
    """The fixed words for a text in this language (BCP 47): its own, or English ones that say so."""
    return LANGUAGES.get(language.split("-")[0].lower(), ENGLISH)


def has_words_of(language: str) -> bool:
    """Whether the fixed words exist in this language."""
    return language.split("-")[0].lower() in LANGUAGES
