"""The town's one page: where a newcomer makes things happen and watches what comes of them."""
