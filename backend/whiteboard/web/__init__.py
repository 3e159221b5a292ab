"""What browsers meet: HTTP routes and the two namespaces. Parse, call, reply; decide nothing."""
