"""Every handler, route and job, called by everybody who must not."""
