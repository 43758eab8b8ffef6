"""The kernel of restock: the nouns every room shares. It imports no room, no Scrapy and no SQLAlchemy."""
