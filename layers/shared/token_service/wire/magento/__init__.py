"""Magento's web API: people's tokens over JSON, XML and SOAP (contracts/magento.md)."""
