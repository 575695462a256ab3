# SPDX-License-Identifier: Apache-2.0
"""What a word must announce before it says anything of a person: births, places, plates."""

from service_kit.pii.pattern import LETTER, Pattern, words

_BORN = words(
    r"d\.?o\.?b\.?|(?:date of )?birth(?:day|date)?|born|geb\.?|geboren|geburtstag|geburtsdatum"
    r"|née?|naissance|anniversaire|nac[ií](?:do|da|miento)?|cumpleaños|nasc(?:i|ido|ida|imento)"
    r"|aniversário|nat[oa]|nascita|compleanno|geboortedatum|urodzon[ya]|urodziłe?[ma]?|urodzenia"
    r"|född|födelsedatum|født|fødselsdato|syntynyt|syntymäaika|narozena?|narození|doğum(?: tarihi)?"
    r"|doğumluyum|родил(?:ся|ась)|рождения|народи(?:вся|лася)|народження|γεννήθηκα|γέννησης|נולדתי"
    r"|לידה|ولدت|الميلاد|ميلادي|जन्म(?: तिथि)?|जन्मतिथि|tanggal lahir|lahir|sinh ngày|ngày sinh"
    r"|született",
    r"生年月日|誕生日|生まれ|出生日期|出生|生日|生于|생년월일|생일|วันเกิด",
)
_LINKS = (
    r"(?:on|the|is|was|am|le|el|il|em|på|den|dnia|ur|ist|war|est|es|é|è|data|datum|date|of"
    r"|op|in|तिथि|:)"
)
_MONTH = rf"[{LETTER}]{{3,12}}\.?"
_DATE = (
    r"\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)?\d\d|(?:19|20)\d\d ?[./年년 -] ?\d{1,2} ?[./月월 -]"
    r" ?\d{1,2}[日일]?"
    rf"|\d{{1,2}}(?:\.|st|nd|rd|th|º|er)?(?: (?:de|of))? {_MONTH},?(?: (?:de|del))? (?:19|20)\d\d"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
)
BIRTH = Pattern(
    name="announced_birth",
    kind="birth",
    brief="date after a word such as `born`, `DOB`, `geboren am`, `né le`, `生年月日`",
    expression=rf"{_BORN}[ .:,=-]{{0,3}}(?:(?i:{_LINKS})[ .:]{{1,2}}){{0,3}}({_DATE})(?:$|\W)",
    unmasked=True,
)

_PLACES = words(
    r"gps|my (?:position|location|coordinates|coords|home)|(?:i|we) live at|i am at|home is at"
    r"|mein standort|wohne bei|ma position|mi ubicación|minha localização|la mia posizione"
)
GEO = Pattern(
    name="announced_position",
    kind="geo",
    brief="coordinates of a place after `GPS`, `my location`, `I live at`",
    expression=rf"{_PLACES}(?: (?:is|ist|est|es|é|è|coordinates|coords))?[ :=(]{{1,3}}"
    r"(-?\d{1,3}\.\d{3,}°?,? ?-?\d{1,3}\.\d{3,}°?)",
)

_PLATES = words(
    r"(?:licen[cs]e |number |registration )?plate|reg(?:istration)? no|kennzeichen"
    r"|(?:plaque )?d'immatriculation|immatriculation|matr[ií]cula|placa|targa|kenteken"
    r"|(?:numer )?rejestracyjny|регистрационный номер|госномер|номер (?:авто|машины)|plaka",
    r"车牌|車牌|ナンバープレート|번호판",
)
PLATE = Pattern(
    name="announced_plate",
    kind="plate",
    brief="letters and digits of a car's plate after `plate`, `Kennzeichen`, `matrícula`",
    expression=rf"{_PLATES}(?: (?:is|ist|est|es|é|è|no|nr|number))?[ :=.]{{1,3}}"
    r"([A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?|(?:[A-ZÄÖÜ]{1,3}[ -]?\d{1,4}|\d{1,4}["
    r" -]?[A-Z]{1,3})(?:[ -]?[A-Z]{1,3})?(?:[ -]?\d{1,4})?)(?:$|[^\w-])",
)

_CAP = rf"[A-Z\x{{C0}}-\x{{DE}}\x{{100}}-\x{{17F}}][{LETTER}'.-]+"
_STREETS = (
    rf"\d{{1,5}}[a-z]?,? (?:{_CAP} ){{1,3}}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Way"
    r"|Boulevard|Blvd|Court|Terrace|Close|Crescent|Square|Parkway|Highway|Hwy)\b\.?"
    rf"|{_CAP}(?:straße|strasse|str\.|weg|gasse|platz|allee|ring|ufer|damm|laan|straat|gatan"
    rf"|vägen|vej)"
    r" ?\d{1,4}[a-z]?"
    r"|\d{1,4}(?: bis| ter)?,? (?i:rue|avenue|boulevard|place|chemin|impasse|allée|quai)"
    r" (?:(?:de|du"
    rf"|des|la|le|les) |l'|d'){{0,3}}{_CAP}(?:[ -]{_CAP}){{0,3}}"
    r"|(?i:calle|c/|avenida|av\.|paseo|rua|travessa|via|viale|corso|piazza|ul\.|ulica) (?:(?:de"
    r"|del|da|do"
    rf"|dos|das|la|las|los|el) ){{0,2}}{_CAP}(?: {_CAP}){{0,3}},? (?:n[º°.] ?)?\d{{1,4}}"
)
_TOWN = (
    rf"(?:, ?{_CAP}(?: {_CAP}){{0,2}})?,? (?:[A-Z]{{2}} )?\d{{4,6}}(?:-\d{{3,4}})?(?:"
    rf" {_CAP}){{0,2}}"
)
_UK_TOWN = rf"(?:, ?{_CAP}(?: {_CAP})?){{0,2}},? [A-Z]{{1,2}}\d[\dA-Z]? \d[A-Z]{{2}}"
_HOMES = words(
    r"(?:i|we) live (?:at|on|in)|(?:my|home|postal|shipping|billing) address|address|lives? at"
    r"|ship to"
    r"|deliver to|wohne (?:in|an)(?: der| dem)?|wohnhaft|adresse|anschrift|j'habite(?: au)?|mon"
    r" adresse"
    r"|vivo en|mi dirección|dirección|moro na|endereço|abito in|indirizzo|woon (?:op|aan)|adres"
    r"|mieszkam"
    r"|bor på|adress"
)
ADDRESS = Pattern(
    name="address",
    kind="address",
    brief="street and house number with a post code, or after `I live at`, `Adresse`, `dirección`",
    expression=rf"(?:^|[^\w{LETTER}])((?:{_STREETS})(?:{_TOWN}|{_UK_TOWN}))(?:$|[^\w])"
    rf"|{_HOMES}(?: (?i:is|ist|est|es|é|è))?[ :,]{{1,3}}((?:{_STREETS})(?:{_TOWN}|{_UK_TOWN})?)",
)
