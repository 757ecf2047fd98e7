"""What several questions share: intervals, bootstrap, survival, reliability, dispersion, shares."""
