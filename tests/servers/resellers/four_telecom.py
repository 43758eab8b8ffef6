"""The fixture shop for 4telecom.ru, of which nothing is known.

Assumed, all of it: 1C-Bitrix with an Aspro theme, the commonest platform of the trade; windows-1251; roubles with
dollars beside them (known of a neighbour, bouz.ru: `span.price_value` and `div.price_dol_originls`); a smaller price
from ten pieces on; a wholesale price that needs a login; relative stock (`Много`, `Мало`); microdata that can say
only InStock or OutOfStock; a city chooser; a smart filter whose combinations have no end; a missing page that
answers 200."""

from resellers.bitrix import BitrixShop
from resellers.serving import Answer


class FourTelecom(BitrixShop):
    name = "4telecom"
    encoding = "windows-1251"
    vat = "included"

    def missing(self) -> Answer:
        """A soft 404."""
        lines = ["К сожалению, такой страницы нет. Воспользуйтесь каталогом."]
        return self.render("page", heading="Страница не найдена", lines=lines)
