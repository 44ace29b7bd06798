"""Magento's web API: people's tokens over JSON, XML and SOAP (docs/platforms/magento.md)."""
