"""What tests, demo and benchmarks share: certificates, servers, the modem."""
