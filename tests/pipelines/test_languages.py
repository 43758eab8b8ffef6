"""What the goods are and in which state, in the seven languages of the shops."""

from collections.abc import Callable

import pytest

from restock.listing import Normalised
from restock.terms import Condition, Relation

Normalise = Callable[..., Normalised]
NUMBER = "WS-C2960X-24TS-L"
USED, REFURBISHED, NEW = Condition.USED, Condition.REFURBISHED, Condition.NEW

CONDITIONS = [
    (USED, ["б/у", "бывший в употреблении", "подержанный", "с пробегом", "бу", "БУ", "с наработкой", "не новый"]),
    (USED, ["used", "pre-owned", "second hand", "second-hand", "preowned", "ex-lease", "not new"]),
    (USED, ["пайдаланылған", "қолданылған", "қолданыста болған", "ұсталған", "жаңа емес"]),
    (USED, ["İkinci el", "ikinci el", "İKİNCİ EL", "2. el", "kullanılmış", "sıfır değil", "yeni değil"]),
    (USED, ["ishlatilgan", "foydalanilgan", "ikkinchi qo'l", "qo'llanilgan", "yangi emas"]),
    (USED, ["gebraucht", "gebrauchtes Gerät", "Gebrauchtware", "aus zweiter Hand", "nicht neu"]),
    (USED, ["d'occasion", "occasion", "usagé", "de seconde main", "pas neuf"]),
    (REFURBISHED, ["восстановленный", "рефарб", "REFRESH", "после ремонта", "как новый, восстановлен"]),
    (REFURBISHED, ["refurbished", "renewed", "remanufactured", "reconditioned", "factory refurbished", "refurb"]),
    (REFURBISHED, ["қалпына келтірілген", "жаңартылған"]),
    (REFURBISHED, ["yenilenmiş", "YENİLENMİŞ", "fabrika yenilemesi"]),
    (REFURBISHED, ["tiklangan", "qayta tiklangan", "ta'mirlangan"]),
    (REFURBISHED, ["generalüberholt", "refurbisht", "aufbereitet", "wiederaufbereitet", "überholt"]),
    (REFURBISHED, ["reconditionné", "remis à neuf", "reconditionne", "remanufacturé"]),
    (NEW, ["новый", "новый, не б/у", "новая, в упаковке", "не б/у, новый", "не бу, новый"]),
    (NEW, ["new", "brand new", "new, not used", "new, not refurbished", "factory sealed"]),
    (NEW, ["жаңа", "жаңа, пайдаланылмаған"]),
    (NEW, ["yeni", "sıfır", "YENİ", "kullanılmamış", "ikinci el değil, yeni"]),
    (NEW, ["yangi", "ishlatilmagan", "yangi, ishlatilmagan"]),
    (NEW, ["neu", "fabrikneu", "nicht gebraucht, neu", "neu, OVP", "ungebraucht"]),
    (NEW, ["neuf", "pas d'occasion, neuf", "neuf, jamais utilisé", "neuve"]),
]
STATED = [(text, condition) for condition, texts in CONDITIONS for text in texts]


@pytest.mark.parametrize(("text", "condition"), STATED)
def test_the_condition_is_read_in_title_and_field(normalise: Normalise, text: str, condition: Condition) -> None:
    assert normalise(f"Cisco {NUMBER}, {text}").listing.condition is condition
    assert normalise(f"Cisco {NUMBER} ({text})").listing.condition is condition
    assert normalise(f"Cisco {NUMBER}", condition=text).listing.condition is condition


NOBODYS = {
    Relation.COMPATIBLE_WITH: [
        "Модуль SFP, совместимый с Cisco GLC-LH-SMD", "Модуль SFP совместимый Cisco GLC-LH-SMD",
        "SFP module compatible with Cisco GLC-LH-SMD", "Cisco compatible SFP module",
        "Cisco GLC-LH-SMD үйлесімді SFP модулі", "Cisco-мен үйлесімді SFP модулі",
        "Cisco GLC-LH-SMD ile uyumlu SFP modül", "Cisco uyumlu SFP modül",
        "Cisco GLC-LH-SMD bilan mos keladigan SFP modul", "Cisco bilan mos SFP modul",
        "SFP-Modul kompatibel mit Cisco GLC-LH-SMD", "Cisco-kompatibles SFP-Modul",
        "Module SFP compatible avec Cisco GLC-LH-SMD", "Module SFP compatible Cisco GLC-LH-SMD",
        "Аналог Cisco GLC-LH-SMD, модуль SFP", "Модуль SFP, аналог Cisco GLC-LH-SMD",
        "SFP module, equivalent to Cisco GLC-LH-SMD", "SFP module, alternative to Cisco GLC-LH-SMD",
        "SFP модулі, Cisco GLC-LH-SMD аналогы", "Cisco GLC-LH-SMD баламасы, SFP модулі",
        "Cisco GLC-LH-SMD muadili SFP modül", "Cisco GLC-LH-SMD eşdeğeri SFP modül",
        "Cisco GLC-LH-SMD analogi, SFP modul", "SFP modul, Cisco GLC-LH-SMD muqobili",
        "SFP-Modul, Ersatz für Cisco GLC-LH-SMD", "SFP-Modul, Alternative zu Cisco GLC-LH-SMD",
        "Module SFP, équivalent de Cisco GLC-LH-SMD", "Module SFP, remplacement pour Cisco GLC-LH-SMD",
    ],
    Relation.ACCESSORY_FOR: [
        "Крепление для Cisco 2960", "Mounting kit for Cisco 2960", "Cisco 2960 үшін бекіткіш",
        "Cisco 2960'a арналған бекіткіш", "Cisco 2960 için montaj kiti", "Cisco 2960 için raf kulağı",
        "Cisco 2960 uchun mahkamlagich", "Montagesatz für Cisco 2960", "Halterung für Cisco 2960",
        "Kit de montage pour Cisco 2960", "Запчасти для HP LaserJet 1020", "Spare parts for HP LaserJet 1020",
        "HP LaserJet 1020 үшін қосалқы бөлшек", "HP LaserJet 1020 için yedek parça",
        "HP LaserJet 1020 uchun ehtiyot qism", "Ersatzteile für HP LaserJet 1020",
        "Pièces détachées pour HP LaserJet 1020",
    ],
    Relation.SERVICE_FOR: [
        "Ремонт Cisco 2960", "Настройка Cisco ASA", "Repair of Cisco 2960", "Cisco ASA configuration service",
        "Cisco 2960 жөндеу", "Cisco ASA баптау", "Cisco 2960 tamiri", "Cisco ASA kurulumu",
        "Cisco 2960 ta'mirlash", "Cisco ASA sozlash", "Reparatur von Cisco 2960", "Cisco ASA Einrichtung",
        "Wartung von Cisco Switches", "Réparation Cisco 2960", "Installation de Cisco ASA",
        "Обслуживание серверов Dell", "Maintenance of Dell servers", "Maintenance de serveurs Dell",
        "Dell serverlariga xizmat ko'rsatish", "Dell sunucu bakımı", "Dell серверлеріне қызмет көрсету",
        "Аренда серверов Dell", "Dell server rental", "Dell sunucu kiralama", "Dell server ijarasi",
        "Dell серверін жалға беру", "Dell Server mieten", "Location de serveur Dell",
    ],
}  # fmt: skip
OTHERS = [(title, relation) for relation, titles in NOBODYS.items() for title in titles]


@pytest.mark.parametrize(("title", "relation"), OTHERS)
def test_what_only_names_a_maker_is_not_its(normalise: Normalise, title: str, relation: Relation) -> None:
    listing = normalise(title).listing
    assert (listing.relation, listing.brand, listing.mpn, listing.restricted) == (relation, None, None, False)


@pytest.mark.parametrize(
    "title",
    [
        "Лицензия Cisco L-ASA5505-SEC-PL=", "Cisco license L-ASA5505-SEC-PL=", "Cisco лицензиясы L-ASA5505-SEC-PL=",
        "Cisco lisansı L-ASA5505-SEC-PL=", "Cisco litsenziyasi L-ASA5505-SEC-PL=",
        "Cisco Lizenz L-ASA5505-SEC-PL=", "Licence Cisco L-ASA5505-SEC-PL=",
        "Техподдержка Cisco SmartNet CON-SNT-ISR4331K", "Cisco support contract CON-SNT-ISR4331K",
        "Cisco техникалық қолдау CON-SNT-ISR4331K", "Cisco destek sözleşmesi CON-SNT-ISR4331K",
        "Cisco texnik yordami CON-SNT-ISR4331K", "Cisco Supportvertrag CON-SNT-ISR4331K",
        "Contrat de support Cisco CON-SNT-ISR4331K",
        "Оригинальная запчасть HP RM1-6414-000CN", "Genuine HP spare part RM1-6414-000CN",
        "HP түпнұсқа қосалқы бөлшегі RM1-6414-000CN", "HP orijinal yedek parça RM1-6414-000CN",
        "HP original ehtiyot qismi RM1-6414-000CN", "HP Original-Ersatzteil RM1-6414-000CN",
        "Pièce détachée HP d'origine RM1-6414-000CN",
    ],
)  # fmt: skip
def test_the_makers_own_licence_contract_and_spare_are_its(normalise: Normalise, title: str) -> None:
    listing = normalise(title).listing
    brand = "Cisco" if "Cisco" in title else "HP"
    assert (listing.relation, listing.brand, listing.restricted) == (Relation.IS, brand, True)
    assert listing.mpn == next(word for word in title.split() if "-" in word and any(map(str.isdigit, word)))
