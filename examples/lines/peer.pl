#!/usr/bin/perl
# perl peer.pl [--call | --netstrings] SETTINGS.json ENGINE ARGUMENTS...
# The world outside of device.js: starts the engine, does what it prints, and tells it what happens. TLS is socat's, which verifies
# the server's certificate and name. Of the settings, `ca` (a file) and `address` (dialled in place of every host) are for this script.
#   --call        for engines that read code from their input: each line comes as line("...")
#   --netstrings  for xsnap-worker

use strict;
use warnings;
use IO::Select;
use IPC::Open3;
use Symbol 'gensym';
use Time::HiRes 'clock_gettime', 'CLOCK_MONOTONIC';

my $form = $ARGV[0] =~ /^--(call|netstrings)$/ ? shift @ARGV : '';
my $file = shift @ARGV;
open my $settings, '<', $file or die "$file: $!\n";
my $json = join '', map { s/[\r\n]//gr } <$settings>;
my ($ca) = $json =~ /"ca"\s*:\s*"([^"]+)"/;
my ($address) = $json =~ /"address"\s*:\s*"([^"]+)"/;
$json =~ s/\}\s*$/, "unixTime": @{[time]}}/;

$SIG{PIPE} = 'IGNORE';
my $began = clock_gettime(CLOCK_MONOTONIC);
my $engine = open3(my $to, my $from, '>&STDERR', @ARGV);
my ($link, $link_to, $link_from, $link_says, $wake, $lines) = (0, undef, undef, undef, undef, '');

sub now { int(1000 * (clock_gettime(CLOCK_MONOTONIC) - $began)) }

sub inform {
  my $line = "$_[0] @{[now()]}" . (defined $_[1] ? " $_[1]" : '');
  if ($form eq '--call') { $line =~ s/(["\\])/\\$1/g; $line = "line(\"$line\")\n" }
  elsif ($form eq '--netstrings') { $line = length("?$line") . ":?$line," }
  else { $line .= "\n" }
  syswrite $to, $line;
}

sub hang_up {
  close $link_to if $link_to;
  # Socat sends what it has read before it goes.
  select undef, undef, undef, 0.05 if $link;
  if ($link) { kill 'TERM', $link; waitpid $link, 0 }
  ($link, $link_to, $link_from, $link_says) = (0, undef, undef, undef);
}

sub dial {
  my ($host, $port) = @_;
  hang_up();
  my $trust = defined $ca ? "cafile=$ca" : 'capath=/etc/ssl/certs';
  my $target = 'OPENSSL:' . ($address // "$host:$port") . ",$trust,verify=1,commonname=$host,snihost=$host";
  $link_says = gensym;
  $link = open3($link_to, $link_from, $link_says, 'socat', '-d', '-d', '-', $target);
}

sub obey {
  # A prompt may stand before it.
  my ($word, @rest) = split / /, $_[0] =~ s/^(?:duk> |>> |\.\. )+//r;
  return if !defined $word;
  if ($word eq 'dial') { dial(@rest) }
  elsif ($word eq 'send') { syswrite $link_to, pack('H*', $rest[0]) if $link_to }
  elsif ($word eq 'hang-up') { hang_up() }
  elsif ($word eq 'wait') { $wake = now() + $rest[0] }
  elsif ($word eq 'say') { print "@rest\n" }
  elsif ($word eq 'end') { print "@rest\n"; hang_up(); kill 'TERM', $engine; exit($rest[0] eq 'done' ? 0 : 1) }
}

$| = 1;
inform('start', $json);
my $connected = 0;
while (1) {
  my $select = IO::Select->new(grep { $_ } $from, $link_from, $link_says);
  my $left = defined $wake ? ($wake - now()) / 1000 : undef;
  for my $ready ($select->can_read(defined $left && $left < 0 ? 0 : $left)) {
    my $count = sysread $ready, my $bytes, 65536;
    if ($ready == $from) {
      die "the engine has ended\n" if !$count;
      $lines .= $bytes;
      obey($1) while $lines =~ s/^(.*)\n//;
    } elsif ($link_says && $ready == $link_says) {
      next if !$count;
      if ($bytes =~ /starting data transfer loop/) { $connected = 1; inform('connected') }
      elsif ($bytes =~ / E /) { my $kind = $bytes =~ /SSL|certificate/ ? 'tls' : 'tcp'; hang_up(); inform('lost', $connected ? undef : $kind); $connected = 0 }
    } elsif ($link_from && $ready == $link_from) {
      if ($count) { inform('data', unpack 'H*', $bytes) }
      else { hang_up(); inform('lost'); $connected = 0 }
    }
  }
  if (defined $wake && now() >= $wake) { undef $wake; inform('time') }
}
