"""Changes → people: HTML, text, spreadsheets and mail. Knows nothing of SQL or Scrapy."""
